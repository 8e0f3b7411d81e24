import { describe, expect, it } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import {
  type BenchOptions,
  CODE,
  callsIn,
  eventsOf,
  good,
  openBench,
  settle,
  silence,
  started,
} from './hedging.fixture.ts';
import { heldModel } from './held-model.fixture.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { TaskInput } from './spec/task.ts';
import { toolOf } from './tool/tool.fixture.ts';

const WORSE: BenchOptions = {
  ofA: { fallback: ['b'] },
  routing: { qualityFloor: 0.5 },
  validators: { good },
  maxAttempts: 1,
};

/** What the second model did before. */
type Use = 'none' | 'used' | 'under way';

describe('hedging', () => {
  it('M14: is off by default, and asks nobody twice however long it takes', async () => {
    const { overseer, clock, a, b, team } = await openBench({ hedge: undefined });
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 600_000);
    expect(b.calls).toHaveLength(0);
    a.calls[0]?.answer('late');
    expect((await run.result).output).toBe('late');
    expect(team.open.projection.hedges).toBeUndefined();
    expect(overseer.usage().some(({ kind }) => kind === 'hedge')).toBe(false);
    await overseer.close();
  });

  it.each<[string, BenchOptions, Use, TaskInput?]>([
    ['a limit of the second model', { ofB: { limits: ['1 call / 1h'] } }, 'used'],
    ['the places of the second model', { ofB: { concurrency: 1 } }, 'under way'],
    ['the budget of the run', { budget: { usd: 0.15 } }, 'none'],
    ['the budget of the project', { budgets: { project: { calls: 2 } } }, 'used'],
    ['the budget of the project, for now', { budgets: { project: { calls: 2 } } }, 'under way'],
    ['the budget of the second model', { budgets: { models: { b: { calls: 1 } } } }, 'used'],
    ['the budget of the task', {}, 'none', { ...CODE, budget: { usd: 0.15 } }],
  ])(
    'L1 L6: does not happen where %s has no room for it, and waits for none',
    async (_, options, use, task = CODE) => {
      const { overseer, clock, a, b } = await openBench(options);
      if (use !== 'none') {
        const other = overseer.run({ tasks: [{ ...CODE, model: 'b' }] });
        await settle();
        if (use === 'used') {
          b.calls[0]?.answer('x');
          await other.result;
        }
      }
      const before = b.calls.length;
      const run = overseer.run({ tasks: [task] });
      await silence(clock, 30_000);
      expect(a.calls).toHaveLength(1);
      expect(b.calls).toHaveLength(before);
      a.calls[0]?.answer('from a');
      expect(await run.result).toMatchObject({ status: 'completed', usage: { calls: 1 } });
      expect(callsIn(await eventsOf(run))).toEqual(['call.started a', 'call.finished a']);
      await inTime(clock, overseer.close());
    },
  );

  it('L6: both calls are held at their worst before they start, so that no budget is overshot', async () => {
    const bench = await openBench({ budgets: { project: { usd: 0.2 } } });
    const { overseer, clock, a, b, team } = bench;
    const project = () =>
      team.open.projection.budgets.use().find(({ scope }) => scope === 'project');
    const run = overseer.run({ tasks: [CODE] });
    await settle();
    expect(project()).toMatchObject({ used: 0, held: 100_000 });
    await silence(clock, 1_100);
    expect(project()).toMatchObject({ used: 0, held: 200_000 });
    b.calls[0]?.answer('x', 1_000);
    await run.result;
    const { used = 0, held: left } = project() ?? {};
    expect(left).toBe(0);
    expect(used).toBeGreaterThan(100_000);
    expect(used).toBeLessThanOrEqual(200_000);
    expect(a.calls).toHaveLength(1);
    await overseer.close();
  });

  it('M14: asks at most its share of calls twice', async () => {
    const { overseer, clock, a, b } = await openBench({
      hedge: { afterMs: 1_000, share: 0.25 },
      ofA: { concurrency: 100 },
      ofB: { concurrency: 100 },
    });
    let hedges = 0;
    for (let calls = 1; calls <= 40; calls++) {
      const run = overseer.run({ tasks: [CODE] });
      const before = b.calls.length;
      await silence(clock, 1_100);
      hedges += b.calls.length - before;
      expect(hedges).toBeLessThanOrEqual(calls * 0.25);
      a.calls.at(-1)?.answer('x');
      await run.result;
    }
    expect(hedges).toBe(10);
    expect(overseer.usage().find(({ name }) => name === 'hedged calls')).toMatchObject({
      kind: 'hedge',
      used: 10,
      held: 0,
      capacity: 10,
      share: 1,
      level: 'green',
    });
    await overseer.close();
  });

  it('M14: by the 95th percentile, nobody is asked twice before 20 calls are known, then after that time', async () => {
    const { overseer, clock, a, b } = await openBench({ hedge: { share: 1 } });
    for (let call = 0; call < 20; call++) {
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, call === 19 ? 9_000 : 2_000);
      expect(b.calls).toHaveLength(0);
      a.calls.at(-1)?.answer('x');
      await run.result;
    }
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_900);
    expect(b.calls).toHaveLength(0);
    await silence(clock, 200);
    expect(b.calls).toHaveLength(1);
    b.calls[0]?.answer('from b');
    expect((await run.result).tasks[0]?.model).toBe('b');
    await overseer.close();
  });

  it.each<[string, Partial<TaskInput>, number]>([
    ['has tools', { role: 'handy' }, 0],
    ['is bound to a model', { model: 'a' }, 0],
    ['models do side by side', { ensemble: { kind: 'vote', of: 2, models: ['a', 'b'] } }, 1],
  ])('M14: leaves alone what %s', async (_, task, ofB) => {
    const { overseer, clock, a, b } = await openBench({
      tools: { look: toolOf() },
      roles: { handy: { text: 'You have tools.', tools: ['look'] } },
      ofA: { goodAt: ['code'] },
      ofB: { goodAt: ['code'] },
    });
    const run = overseer.run({ tasks: [{ ...CODE, ...task }] });
    await silence(clock, 5_000);
    await run.cancel('enough');
    const calls = started(await eventsOf(run));
    expect([a.calls.length, b.calls.length]).toEqual([1, ofB]);
    expect(calls.some(({ data }) => data.hedge !== undefined)).toBe(false);
    await inTime(clock, overseer.close());
  });

  it('M14: asks no model that is in trouble, although its probe may be due', async () => {
    const { overseer, clock, a, b } = await openBench();
    const broken = overseer.run({ tasks: [{ ...CODE, model: 'b' }] });
    await settle();
    b.calls[0]?.fail(new ModelError('auth', 'no key'));
    await broken.result;
    clock.advance(3_600_000);
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 500_000);
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    a.calls[0]?.answer('x');
    await run.result;
    await overseer.close();
  });

  it.each([
    ['the fallback of the silent one', { ofA: { fallback: ['b'] } }, 1],
    [
      'one whose window is too small for the prompt',
      { b: heldModel('b', { contextWindow: 200 }) },
      0,
    ],
    ['one with a window that takes it', { b: heldModel('b', { contextWindow: 9_000 }) }, 1],
    ['a fallback that is known to be worse than the floor', WORSE, 0],
  ] as const)('M14: whether it asks %s', async (_, options: BenchOptions, asked) => {
    const { overseer, clock, a, b } = await openBench(options);
    if (options.routing?.qualityFloor !== undefined) {
      for (let refused = 0; refused < 12; refused++) {
        const run = overseer.run({ tasks: [{ ...CODE, model: 'b', checks: [{ kind: 'good' }] }] });
        await settle();
        b.calls.at(-1)?.answer('bad');
        expect((await run.result).status).toBe('failed');
      }
    }
    const before = b.calls.length;
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length - before]).toEqual([1, asked]);
    a.calls[0]?.answer('x');
    expect((await run.result).status).toBe('completed');
    await overseer.close();
  });

  it('M14 V1: has a review made by another reviewer, and never by the author', async () => {
    const [r, s] = [heldModel('r'), heldModel('s')];
    const { overseer, clock, a, b } = await openBench({
      more: { r: { model: r, role: 'reviewer' }, s: { model: s, role: 'reviewer' } },
    });
    const run = overseer.run({ tasks: [{ ...CODE, checks: [{ kind: 'review' }] }] });
    await settle();
    a.calls[0]?.answer('x');
    await silence(clock, 1_100);
    expect([r, s].map(({ calls }) => calls.length)).toEqual([1, 1]);
    s.calls[0]?.answer('PASS');
    await settle();
    const reviewed = (await run.cancel('seen').then(() => eventsOf(run))).filter(
      (event) => event.type === 'question.answered',
    );
    expect(reviewed.map(({ data }) => data.by)).toEqual(['model:s']);
    expect(b.calls).toHaveLength(0);
    await overseer.close();
  });

  it.each([
    [400, '400 ms'],
    [4_850, '4 s'],
    [200_400, '3 min 20 s'],
  ])(
    'M14: says of %i ms how long nothing was said, and no more than that',
    async (afterMs, words) => {
      const { overseer, clock, b } = await openBench({ hedge: { afterMs, share: 1 } });
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, afterMs + 100);
      b.calls[0]?.answer('x');
      await run.result;
      const [, second] = started(await eventsOf(run));
      expect(second?.data.hedge?.because).toBe(`a gave no first word in ${words}: asked b too`);
      await overseer.close();
    },
  );

  it('M14: shows what whoever speaks first says, under its name', async () => {
    const { overseer, clock, a, b } = await openBench();
    const said: string[] = [];
    const run = overseer.run({ tasks: [CODE] });
    const stop = overseer.onLive(({ model, event }) => {
      if (event.type === 'delta') said.push(`${model}: ${event.text}`);
    });
    await silence(clock, 1_100);
    b.calls[0]?.speak('one');
    await settle();
    a.calls[0]?.speak('two');
    await settle();
    b.calls[0]?.answer('one');
    await run.result;
    stop();
    expect(said).toEqual(['b: one']);
    await overseer.close();
  });
});

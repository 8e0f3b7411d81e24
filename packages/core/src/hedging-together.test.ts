import { describe, expect, it } from 'vitest';
import {
  type Bench,
  CODE,
  callsIn,
  eventsOf,
  good,
  held,
  openBench,
  openWaiting,
  settle,
  silence,
  started,
} from './hedging.fixture.ts';
import { heldModel } from './held-model.fixture.ts';
import { inTime } from './mortal-disk.fixture.ts';

/** The second model is good at code, and not the first choice for it. */
const BEHIND = { role: 'worker', goodAt: ['code'] };

describe('what is learned of two models at one task', () => {
  it('M14: the outcome is that of the model that answered, with what it used, and nothing is learned of the other', async () => {
    const { overseer, clock, b, team, run } = await openWaiting();
    await silence(clock, 100);
    b.calls[0]?.answer('from b', 30);
    await run.result;
    expect(overseer.practices()).toMatchObject([
      { model: 'fake/b', kind: 'code', attempts: 1, firstPassRate: 1 },
    ]);
    expect(overseer.practices()[0]?.meanUsd).toBeCloseTo(0.003);
    const { speed } = team.open.projection.routing;
    expect([speed.of('fake/a'), speed.of('fake/b')]).toEqual([undefined, 100]);
    expect(team.open.projection.durations.median('a')).toBeUndefined();
    expect(team.open.projection.durations.median('b')).toBeDefined();
    await overseer.close();
  });

  it('M14 V2: a refused answer is refused of the model that gave it, which repairs it', async () => {
    const { overseer, a, b, run } = await openWaiting(
      { validators: { good } },
      { ...CODE, checks: [{ kind: 'good' }] },
    );
    b.calls[0]?.answer('bad');
    await settle();
    expect([a.calls.length, b.calls.length]).toEqual([1, 2]);
    b.calls[1]?.answer('fine');
    expect(await run.result).toMatchObject({
      status: 'completed',
      tasks: [{ model: 'b', attempts: 2 }],
    });
    const assigned = (await eventsOf(run)).filter((event) => event.type === 'task.assigned');
    expect(assigned.map(({ model }) => model)).toEqual(['a', 'b']);
    expect(overseer.practices().map(({ model, attempts }) => [model, attempts])).toEqual([
      ['fake/b', 2],
    ]);
    await overseer.close();
  });

  it('M14: money gets dearer by what both cost', async () => {
    const lambdaAfter = async (answers: boolean): Promise<number> => {
      const { overseer, clock, a, b, team } = await openBench({
        routing: { usdPerAttempt: 0.001 },
      });
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, answers ? 1_100 : 10);
      (answers ? b : a).calls[0]?.answer('x', 30);
      await run.result;
      const { lambda } = team.open.projection.routing;
      await overseer.close();
      return lambda;
    };
    expect(await lambdaAfter(true)).toBeGreaterThan(await lambdaAfter(false));
  });

  it('M14: the cost of a run is unknown where the second model has no price, and known where it was not asked', async () => {
    const unpriced = () => {
      const { price: _, ...info } = heldModel('b').info;
      return { ...heldModel('b'), info };
    };
    for (const isAsked of [true, false]) {
      const b = unpriced();
      const { overseer, clock, a } = await openBench({ b });
      const run = overseer.run({ tasks: [CODE] });
      await silence(clock, isAsked ? 1_100 : 10);
      a.calls[0]?.answer('x');
      const { cost } = await run.result;
      expect(cost === undefined).toBe(isAsked);
      await overseer.close();
    }
  });
});

describe('two calls beside what else goes on', () => {
  it('M13: whoever waits for an equal call makes its own where another model answered first', async () => {
    const { overseer, clock, a, b } = await openBench({ cache: true, ofB: BEHIND });
    const one = overseer.run({ tasks: [CODE] });
    const other = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    b.calls[0]?.answer('from b');
    await one.result;
    await settle();
    expect(a.calls).toHaveLength(2);
    a.calls[1]?.answer('from a');
    expect(await other.result).toMatchObject({ output: 'from a', tasks: [{ model: 'a' }] });
    // What was kept under this request is what its own model answered.
    const third = overseer.run({ tasks: [CODE] });
    expect(await third.result).toMatchObject({ output: 'from a', usage: { cachedCalls: 1 } });
    await overseer.close();
  });

  it('M13: whoever waits for an equal call gets its answer where it is first', async () => {
    const { overseer, clock, a, b } = await openBench({ cache: true, ofB: BEHIND });
    const one = overseer.run({ tasks: [CODE] });
    const other = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    a.calls[0]?.answer('from a');
    expect((await one.result).output).toBe('from a');
    expect(await other.result).toMatchObject({ output: 'from a', usage: { calls: 0 } });
    const joined = (await eventsOf(other)).filter((event) => event.type === 'call.cached');
    expect(joined.map(({ data }) => data.by)).toEqual(['joined']);
    // And what it answered is kept.
    const third = overseer.run({ tasks: [CODE] });
    expect(await third.result).toMatchObject({ output: 'from a', usage: { cachedCalls: 1 } });
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    await overseer.close();
  });

  it('M13: keeps no answer of the second model under the request to the first', async () => {
    const { overseer, clock, a, b } = await openBench({ cache: true, ofB: BEHIND });
    const one = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    b.calls[0]?.answer('from b');
    await one.result;
    const next = overseer.run({ tasks: [CODE] });
    await settle();
    expect(a.calls).toHaveLength(2);
    a.calls[1]?.answer('from a');
    expect(await next.result).toMatchObject({ output: 'from a', usage: { cachedCalls: 0 } });
    await overseer.close();
  });

  it('K5: foretells the end of the second call too, for those who wait for its model', async () => {
    const { overseer, clock, a, b } = await openBench({
      ofA: { concurrency: 1 },
      ofB: { concurrency: 1 },
    });
    for (const [model, ms] of [
      [a, 90_000],
      [b, 400],
    ] as const) {
      const run = overseer.run({ tasks: [{ ...CODE, model: model.info.id }] });
      await silence(clock, ms);
      model.calls[0]?.answer('x');
      await run.result;
    }
    const first = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_100);
    const second = overseer.run({ tasks: [{ ...CODE, key: 'y' }] });
    await settle();
    const [waiting] = overseer.queue();
    expect(waiting).toMatchObject({ task: 'y', position: 1 });
    // It began 100 ms ago.
    expect(waiting?.startsAt).toBe(clock.now() + 300);
    b.calls.at(-1)?.answer('x');
    await first.result;
    await settle();
    a.calls.at(-1)?.answer('y');
    expect((await second.result).status).toBe('completed');
    await overseer.close();
  });

  it('M14: a task for another model is not given to one that was asked too', async () => {
    const c = heldModel('c');
    const { overseer, clock, a, b } = await openBench({ more: { c: { model: c, role: 'coder' } } });
    const run = overseer.run({
      tasks: [
        CODE,
        { ...CODE, key: 'before', model: 'a' },
        { ...CODE, key: 'y', notBy: ['x'], needs: ['before'] },
        // So that it is the busiest, and still the only one left.
        { ...CODE, key: 'c1', model: 'c' },
        { ...CODE, key: 'c2', model: 'c' },
      ],
    });
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length, c.calls.length]).toEqual([2, 1, 2]);
    a.calls[1]?.answer('x');
    await settle();
    for (const call of [...b.calls, ...c.calls]) call.answer('y');
    const { tasks } = await run.result;
    expect(tasks.slice(0, 3).map(({ model }) => model)).toEqual(['b', 'a', 'c']);
    await overseer.close();
  });
});

describe('many calls, of which some are asked twice', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'L1 L6: no limit and no budget is exceeded at any time, in any order of answers (%i)',
    async (seed) => {
      const draw = drawer(seed);
      const bench = await openBench({
        budgets: { project: { usd: 2.5 } },
        ofA: { limits: ['14 calls / 10m'], concurrency: 5 },
        ofB: { limits: ['9 calls / 10m'], concurrency: 3 },
      });
      const { overseer, clock, a, b } = bench;
      const tasks = Array.from({ length: 30 }, (_, at) => ({ ...CODE, key: `t${at}` }));
      const run = overseer.run({ tasks });
      let isOver = false;
      void run.result.then(() => {
        isOver = true;
      });
      while (!isOver) {
        await settle();
        expectWithin(bench);
        const calls = [...a.calls, ...b.calls].filter(({ signal }) => !signal.aborted);
        const call = calls[draw(calls.length)];
        if (draw(3) === 0) call?.speak();
        else call?.answer('x', 200 + draw(800));
        clock.advance(draw(2_000));
      }
      expectWithin(bench);
      expect(held(bench)).toBe(0);
      const events = await eventsOf(run);
      expect(started(events).some(({ data }) => data.hedge !== undefined)).toBe(true);
      expect(callsIn(events)).toHaveLength(2 * started(events).length);
      expect((await run.result).usage.microUsd).toBeLessThanOrEqual(2_500_000);
      await inTime(clock, overseer.close());
    },
  );
});

function expectWithin({ team, clock }: Bench): void {
  const { members } = team.settings;
  const limits = [...members.values()].flatMap((member) => member.limits.use(clock.now()));
  for (const { used, held, capacity } of [...team.open.projection.budgets.use(), ...limits]) {
    expect(used + held).toBeLessThanOrEqual(capacity);
  }
}

/** Whole numbers from 0 on, the same for the same seed. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

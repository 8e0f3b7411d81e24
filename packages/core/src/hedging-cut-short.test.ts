import { describe, expect, it } from 'vitest';
import { ModelError } from './errors/model-error.ts';
import {
  AFTER,
  type Bench,
  CODE,
  callsIn,
  eventsOf,
  held,
  openBench,
  openWaiting,
  settle,
  silence,
  started,
} from './hedging.fixture.ts';
import { foldRun, type Runs } from './journal/fold-run.ts';
import { inTime, type MortalDisk, mortalDisk } from './mortal-disk.fixture.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore, StateStore } from './spec/store.ts';

/** A bench on which both models are at one task, neither of which has said anything. */
async function bothAsked(disk: MortalDisk): Promise<Bench & { readonly run: string }> {
  const bench = await openBench({ store: disk.open });
  const run = bench.overseer.run({ tasks: [CODE] });
  await silence(bench.clock, 1_100);
  expect([bench.a.calls.length, bench.b.calls.length]).toEqual([1, 1]);
  return { ...bench, run: run.id };
}

function ends(events: readonly OverseerEvent[]): readonly OverseerEvent<'call.failed'>[] {
  return events.filter((event) => event.type === 'call.failed');
}

describe('a process that dies', () => {
  it('R1 R2: with both calls under way leaves two that are uncertain, and goes on exactly once', async () => {
    const disk = mortalDisk();
    const { run: id, clock } = await bothAsked(disk);
    await disk.kill();

    const second = await openBench({ store: disk.open, clock });
    const left = await disk.events();
    expect(ends(left).map(({ model, data }) => [model, data.uncertain, data.kind])).toEqual([
      ['a', true, 'aborted'],
      ['b', true, 'aborted'],
    ]);
    expect(ends(left).map(({ data }) => data.settled)).toEqual(
      started(left).map(({ data }) => data.estimate),
    );
    expect(held(second)).toBe(0);
    const run = second.overseer.open(id);
    run.resume();
    await settle();
    expect([second.a.calls.length, second.b.calls.length]).toEqual([1, 0]);
    second.a.calls[0]?.answer('again');
    expect(await run.result).toMatchObject({
      status: 'completed',
      output: 'again',
      usage: { calls: 1, failedCalls: 2, uncertainCalls: 2 },
      tasks: [{ model: 'a', attempts: 1 }],
    });
    const all = await eventsOf(run);
    expect(all.filter(({ type }) => type === 'call.finished')).toHaveLength(1);
    expect(all.filter(({ type }) => type === 'task.assigned')).toHaveLength(1);
    await second.overseer.close();
  });

  it('R1 R2: before the second call was written down has asked nobody else', async () => {
    const disk = mortalDisk();
    const bench = await openBench({ store: disk.open });
    const run = bench.overseer.run({ tasks: [CODE] });
    await settle();
    await disk.kill();
    bench.clock.advance(1_100);
    await settle();
    expect(bench.b.calls).toHaveLength(0);

    const second = await openBench({ store: disk.open, clock: bench.clock });
    expect(ends(await disk.events()).map(({ model }) => model)).toEqual(['a']);
    const resumed = second.overseer.open(run.id);
    resumed.resume();
    await settle();
    second.a.calls[0]?.answer('again');
    expect((await resumed.result).output).toBe('again');
    await second.overseer.close();
  });

  it('R1 R2: an answer that was written down is not asked for again, and its model keeps it', async () => {
    const disk = mortalDisk();
    const bench = await bothAsked(disk);
    // Cut off, so that it waits for the other one.
    bench.b.calls[0]?.answer('half', 1_000, 'length');
    await settle();
    await disk.kill();

    const second = await openBench({ store: disk.open, clock: bench.clock });
    const run = second.overseer.open(bench.run);
    run.resume();
    await settle();
    second.b.calls[0]?.answer(' and the rest');
    expect(await run.result).toMatchObject({
      output: 'half and the rest',
      tasks: [{ model: 'b' }],
    });
    expect([second.a.calls.length, second.b.calls.length]).toEqual([0, 1]);
    await second.overseer.close();
  });

  it('R2: what was learned of hedging is known again', async () => {
    const disk = mortalDisk();
    const bench = await bothAsked(disk);
    bench.b.calls[0]?.answer('from b');
    await settle();
    const before = bench.overseer.usage().filter(({ kind }) => kind === 'hedge');
    expect(before).toMatchObject([
      { name: 'hedged calls', used: 1, held: 0 },
      { name: 'cost of hedges', metric: 'usd', held: 0 },
    ]);
    expect(before[1]?.used).toBeGreaterThan(0);
    await bench.overseer.close();
    const second = await openBench({ store: disk.open, clock: bench.clock });
    expect(second.overseer.usage().filter(({ kind }) => kind === 'hedge')).toEqual(before);
    await second.overseer.close();
  });
});

describe('a disk', () => {
  it('R1: that is full ends both calls, and nothing goes on', async () => {
    const disk = mortalDisk();
    const { overseer, run: id, a, b } = await bothAsked(disk);
    const { result } = overseer.open(id);
    disk.fill();
    a.calls[0]?.fail(new ModelError('server', 'down'));
    await expect(result).rejects.toMatchObject({ code: 'store.full' });
    await settle();
    expect(b.calls[0]?.signal.aborted).toBe(true);
    await overseer.close().catch(() => undefined);
  });

  it.each(['an answer', 'a cancel'] as const)(
    'L7: a second call that was not sent, as it was not on disk yet when %s came, costs nothing',
    async (what) => {
      const disk = mortalDisk();
      const gate = { open: Promise.resolve() };
      const bench = await openBench({ store: gated(disk.open, gate) });
      const { overseer, clock, a, b } = bench;
      const run = overseer.run({ tasks: [CODE] });
      await settle();
      const held = Promise.withResolvers<void>();
      gate.open = held.promise;
      await silence(clock, 1_100);
      let cancelled: Promise<void> | undefined;
      if (what === 'an answer') a.calls[0]?.answer('mine');
      else cancelled = run.cancel('enough');
      await settle();
      held.resolve();
      await cancelled;
      const result = await run.result;
      expect(result.status).toBe(what === 'an answer' ? 'completed' : 'stopped');
      expect(b.calls).toHaveLength(0);
      const lost = ends(await eventsOf(run)).find(({ model }) => model === 'b');
      expect(lost?.data).toMatchObject({
        uncertain: false,
        settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
      });
      expect(callsIn(await disk.events())).toContain('call.started b');
      await overseer.close();
    },
  );
});

/** A store whose writes wait for a gate. */
function gated(open: OpenStore, gate: { readonly open: Promise<void> }): OpenStore {
  return async () => {
    const store = await open();
    const append: StateStore['events']['append'] = async (epoch, events) => {
      await gate.open;
      await store.events.append(epoch, events);
    };
    return { ...store, events: { ...store.events, append } };
  };
}

describe('an order while two models are asked', () => {
  it('K6: cancelling the run ends both calls, down to their signals', async () => {
    const bench = await openWaiting();
    const { overseer, a, b, run } = bench;
    await run.cancel('enough');
    expect([a.calls[0]?.signal.aborted, b.calls[0]?.signal.aborted]).toEqual([true, true]);
    const events = await eventsOf(run);
    expect(ends(events).map(({ model, data }) => [model, data.uncertain, data.lostTo])).toEqual([
      ['a', true, undefined],
      ['b', true, undefined],
    ]);
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it('K6: giving the task to another model ends both calls', async () => {
    const bench = await openWaiting();
    const { overseer, clock, a, b, run } = bench;
    await overseer.reassign({ run: run.id, task: 'x' }, 'b');
    expect([a.calls[0]?.signal.aborted, b.calls[0]?.signal.aborted]).toEqual([true, true]);
    await settle();
    expect(b.calls).toHaveLength(2);
    await silence(clock, 5_000);
    expect(a.calls).toHaveLength(1);
    b.calls[1]?.answer('mine');
    expect((await run.result).tasks).toMatchObject([{ model: 'b', attempts: 2 }]);
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it('K6: closing the overseer ends both, and the next process goes on once', async () => {
    const disk = mortalDisk();
    const bench = await bothAsked(disk);
    await inTime(bench.clock, bench.overseer.close());
    expect([bench.a, bench.b].map(({ calls }) => calls[0]?.signal.aborted)).toEqual([true, true]);
    const second = await openBench({ store: disk.open, clock: bench.clock });
    expect(callsIn(await disk.events())).toEqual([
      'call.started a',
      'call.started b',
      'call.failed a',
      'call.failed b',
    ]);
    const run = second.overseer.open(bench.run);
    run.resume();
    await silence(second.clock, 100);
    second.a.calls[0]?.answer('again');
    expect((await run.result).output).toBe('again');
    await second.overseer.close();
  });

  it.each(['run', 'task', 'project'] as const)(
    'K6: what is paused (%s) asks nobody twice, and ends its call',
    async (scope) => {
      const { overseer, clock, a, b } = await openBench();
      const run = overseer.run({ tasks: [CODE] });
      await settle();
      const what =
        scope === 'project' ? {} : scope === 'run' ? { run: run.id } : { run: run.id, task: 'x' };
      await overseer.pause(what);
      await silence(clock, 5_000);
      expect(b.calls).toHaveLength(0);
      a.calls[0]?.answer('mine');
      await settle();
      // What came to its end meanwhile is over, and no run any more.
      await overseer.resume(what).catch(() => undefined);
      expect((await run.result).output).toBe('mine');
      await overseer.close();
    },
  );

  it('K6: a run that is drained asks nobody twice', async () => {
    const bench = await openBench({ budgets: { project: { calls: 1 } }, ofA: { concurrency: 2 } });
    const { overseer, clock, a, b } = bench;
    const run = overseer.run({ tasks: [CODE, { ...CODE, key: 'y' }] });
    await silence(clock, 1_100);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    a.calls[0]?.answer('mine');
    expect((await run.result).status).toBe('stopped');
    await overseer.close();
  });
});

describe('a fold of the journal', () => {
  it('R2: equals the live state, with two calls for one answer', async () => {
    const disk = mortalDisk();
    const { overseer, clock, a, b, team } = await openBench({ store: disk.open, hedge: AFTER });
    const run = overseer.run({ tasks: [CODE, { ...CODE, key: 'y', needs: ['x'] }] });
    await silence(clock, 1_100);
    b.calls[0]?.answer('from b');
    await silence(clock, 1_100);
    // The task behind it is under way, and asked twice as well.
    const live = team.open.projection.runs.get(run.id);
    const runs: Runs = new Map();
    for (const event of await disk.events()) foldRun(runs, event);
    expect(runs.get(run.id)).toEqual(live);
    expect(live?.tasks.get('y')?.attempt).toMatchObject({ model: 'a', hedge: { model: 'b' } });
    a.calls.at(-1)?.answer('from a');
    expect((await run.result).tasks.map(({ model }) => model)).toEqual(['b', 'a']);
    await overseer.close();
  });
});

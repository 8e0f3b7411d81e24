import { describe, expect, it } from 'vitest';
import {
  AFTER,
  CODE,
  callsIn,
  eventsOf,
  held,
  openBench,
  settle,
  silence,
} from './hedging.fixture.ts';
import { memoryReservations } from './limit/memory-reservations.ts';
import type { OpenReservations } from './spec/reservation-store.ts';

describe('two calls for one answer, and limits that are shared', () => {
  it('L4 M14: where the second has no room, it is not sent, and the first answers', async () => {
    const store = memoryReservations();
    const bench = await openBench({ ofB: { limits: ['1 call / 1h'] }, sharedLimits: { store } });
    const { overseer, clock, a, b } = bench;
    await takenElsewhere(store, clock.now(), 'model b: calls / 1h');
    const run = overseer.run({ tasks: [CODE] });
    await silence(clock, 1_200);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    a.calls[0]?.answer('from a', 20);
    const result = await run.result;
    expect(result).toMatchObject({
      status: 'completed',
      output: 'from a',
      usage: { calls: 1, failedCalls: 0, uncertainCalls: 0 },
    });
    expect(callsIn(await eventsOf(run))).toEqual([
      'call.started a',
      'call.started b',
      'call.withheld b',
      'call.finished a',
    ]);
    expect(held(bench)).toBe(0);
    await overseer.close();
  });

  it('L4 M14: while the first waits for room, it is not silent, and a second one is not asked', async () => {
    const store = memoryReservations();
    const bench = await openBench({
      ofA: { limits: ['1 at once'] },
      hedge: { ...AFTER, afterMs: 300 },
      sharedLimits: { store },
    });
    const { overseer, clock, a, b } = bench;
    const free = await placeTakenElsewhere(store, clock.now(), 'model a: at once');
    const run = overseer.run({ tasks: [CODE] });
    for (let step = 0; step < 12; step++) await silence(clock, 50);
    expect([a.calls.length, b.calls.length]).toEqual([0, 0]);
    await free();
    for (let step = 0; step < 6; step++) await silence(clock, 50);
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
    for (let step = 0; step < 6; step++) await silence(clock, 50);
    expect([a.calls.length, b.calls.length]).toEqual([1, 1]);
    a.calls[0]?.answer('from a', 20);
    expect(await run.result).toMatchObject({ status: 'completed', output: 'from a' });
    await overseer.close();
  });

  it('L4 M14: where the first has no room for long, the task goes to the second', async () => {
    const store = memoryReservations();
    const bench = await openBench({ ofA: { limits: ['1 call / 1h'] }, sharedLimits: { store } });
    const { overseer, clock, a, b } = bench;
    await takenElsewhere(store, clock.now(), 'model a: calls / 1h');
    const run = overseer.run({ tasks: [CODE] });
    await settle();
    expect([a.calls.length, b.calls.length]).toEqual([0, 1]);
    b.calls[0]?.answer('from b', 20);
    expect(await run.result).toMatchObject({ status: 'completed', output: 'from b' });
    const events = await eventsOf(run);
    expect(callsIn(events)).toEqual([
      'call.started a',
      'call.withheld a',
      'call.started b',
      'call.finished b',
    ]);
    const moved = events.find(({ type }) => type === 'attempt.ended');
    expect(moved?.data).toMatchObject({
      outcome: 'moved',
      fault: 'none',
      because: 'a: model a, over all processes: 1/1 call, resets in 1 h; b is free',
    });
    await overseer.close();
  });
});

/** Another process has used a limit up. */
async function takenElsewhere(open: OpenReservations, nowMs: number, limit: string): Promise<void> {
  const store = await open();
  await store.join({ id: 'other', name: 'other', terms: {} }, nowMs);
  const window = { kind: 'rolling', windowMs: 3_600_250 } as const;
  const wants = [{ limit, window, capacity: 1, amount: 1 }];
  await store.reserve({ id: 'theirs', member: 'other', nowMs, wants });
}

/** Another process has the only place; gives how it is freed. */
async function placeTakenElsewhere(
  open: OpenReservations,
  nowMs: number,
  limit: string,
): Promise<() => Promise<void>> {
  const store = await open();
  await store.join({ id: 'other', name: 'other', terms: {} }, nowMs);
  const wants = [{ limit, window: { kind: 'places' }, capacity: 1, amount: 1 }] as const;
  await store.reserve({ id: 'theirs', member: 'other', nowMs, wants });
  return () => store.settle('theirs', {});
}

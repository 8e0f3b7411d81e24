import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryReservations } from './limit/memory-reservations.ts';
import { createProvider, pass, tasks, team } from './shared-limits.fixture.ts';
import type { Limit } from './spec/limit.ts';
import { createFakeClock } from './testing/fake-clock.ts';

interface Scene {
  readonly overseers: number;
  readonly work: readonly number[];
  readonly calls: number;
  readonly windowMs: number;
  readonly perHour: number;
  readonly atOnce: number;
  readonly lastsMs: number;
  readonly cancelled: number;
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  overseers: fc.integer({ min: 2, max: 4 }),
  work: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 4, maxLength: 4 }),
  calls: fc.integer({ min: 1, max: 6 }),
  windowMs: fc.constantFrom(500, 2_000, 30_000),
  perHour: fc.integer({ min: 3, max: 20 }),
  atOnce: fc.integer({ min: 1, max: 5 }),
  lastsMs: fc.constantFrom(0, 150, 3_000),
  cancelled: fc.integer({ min: 0, max: 4 }),
});

describe('overseers that share limits of every kind', () => {
  it('L4: never exceed one together, and all that is not cancelled gets done', async () => {
    await fc.assert(fc.asyncProperty(scenes, play), { numRuns: 40, seed: 4 });
  }, 60_000);
});

async function play(scene: Scene): Promise<void> {
  const { overseers, work, calls, windowMs, perHour, atOnce, lastsMs, cancelled } = scene;
  const clock = createFakeClock();
  const provider = createProvider(clock, lastsMs);
  const store = memoryReservations();
  const limits: readonly Limit[] = [
    { metric: 'calls', capacity: calls, windowMs },
    { metric: 'calls', capacity: perHour, period: 'hour' },
    { metric: 'concurrency', capacity: atOnce },
  ];
  const all = await Promise.all(
    Array.from({ length: overseers }, () => team(clock, provider, limits, store)),
  );
  const runs = all.map((one, at) => one.run({ tasks: tasks(work[at] ?? 1) }));
  const doomed = runs[cancelled];
  const results = Promise.all(runs.map(({ result }) => result));
  await pass(clock, results, lastsMs / 2 + 20);
  const cancelling = doomed?.cancel('not needed');
  await pass(clock, results, 24 * 3_600_000);
  await cancelling;
  for (const [at, { status }] of (await results).entries()) {
    if (at !== cancelled) expect(status).toBe('completed');
  }
  expect(provider.mostWithin(windowMs)).toBeLessThanOrEqual(calls);
  // This provider does not hear that a call was broken off.
  if (doomed === undefined) expect(provider.seen.most).toBeLessThanOrEqual(atOnce);
  const byHour = Map.groupBy(provider.arrivals, (at) => Math.floor(at / 3_600_000));
  for (const arrivals of byHour.values()) expect(arrivals.length).toBeLessThanOrEqual(perHour);
  for (const one of all) {
    for (const { held } of one.limits()) expect(held).toBe(0);
    await one.close();
  }
}

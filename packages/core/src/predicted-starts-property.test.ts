import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePredictions,
  SCENARIO_LIMITS,
  SHARED_BY,
  type StartsScenario,
} from './predicted-starts.fixture.ts';

const HOUR_MS = 3_600_000;

describe('predicted starts of models that share limits', () => {
  it('K5 L1: come true for two models of a pool, one an hour', async () => {
    const tasks = [0, 1, 0, 1, 0, 1].map((model) => ({ model, payer: 0, urgent: false }));
    const shared = { kind: 'pool', limit: 0 } as const;
    const { startsAt, wrong } = await comparePredictions({
      models: [
        { lastsMs: 5_000, concurrency: 2, limit: undefined },
        { lastsMs: 5_000, concurrency: 2, limit: undefined },
      ],
      shared: [shared],
      tasks,
    });
    const first = startsAt[0] ?? 0;
    expect(startsAt.map((at = 0) => (at - first) / HOUR_MS)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(wrong).toEqual([]);
  });

  it('K5 L1: come true where a call ends in the very moment in which another may start, and a limit rises by it', async () => {
    // The fifth starts when the third ends, which is when the window has room for the fourth.
    const tasks = [0, 0, 0, 1, 0, 0].map((model, index) => ({
      model,
      payer: 0,
      urgent: index === 5,
    }));
    const { startsAt, wrong } = await comparePredictions({
      models: [
        { lastsMs: 1_000, concurrency: 1, limit: undefined },
        { lastsMs: 1_000, concurrency: 1, limit: 0 },
      ],
      shared: [{ kind: 'tenant', limit: 7 }],
      tasks,
    });
    expect(wrong).toEqual([]);
    expect(startsAt[4]).toBe(startsAt[3]);
  });

  const slow = { tags: ['slow'], timeout: 120_000 };
  it.each([7, 104, 205])(
    'K5 L1: come true whatever is shared, steps and hours among it (seed %i)',
    slow,
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(scenario, async (scenario) => {
          expect((await comparePredictions(scenario)).wrong).toEqual([]);
        }),
        { numRuns: 25, seed },
      );
    },
  );
});

const limit = fc.nat(SCENARIO_LIMITS.length - 1);

const scenario: fc.Arbitrary<StartsScenario> = fc.record({
  models: fc.array(
    fc.record({
      lastsMs: fc.integer({ min: 1_000, max: 60_000 }),
      concurrency: fc.integer({ min: 1, max: 3 }),
      limit: fc.option(limit, { nil: undefined }),
    }),
    { minLength: 2, maxLength: 3 },
  ),
  // Two of one owner that differ in the amount alone are refused.
  shared: fc.uniqueArray(fc.record({ kind: fc.constantFrom(...SHARED_BY), limit }), {
    minLength: 1,
    maxLength: 2,
    selector: ({ kind }) => kind,
  }),
  tasks: fc.array(fc.record({ model: fc.nat(2), payer: fc.nat(1), urgent: fc.boolean() }), {
    minLength: 2,
    maxLength: 12,
  }),
});

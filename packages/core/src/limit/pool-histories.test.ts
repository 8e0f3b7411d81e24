import { describe, expect, it } from 'vitest';
import { seeded } from '../internal/seeded.ts';
import { POOL_CAPACITIES, poolDifference } from './pool-histories.fixture.ts';
import { POOL_KINDS } from './pool-trials.fixture.ts';

describe('a pool of three models against brute force', () => {
  it.each(Object.entries(POOL_KINDS))(
    'L1 L2: %s: what is used, what is allowed and the earliest start are exact, at every capacity',
    (_, kind) => {
      for (const [seed, capacity] of POOL_CAPACITIES.entries()) {
        const problem = poolDifference(kind, capacity, seeded(seed + 1), 400);
        expect(problem).toBeUndefined();
      }
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const almostOne = (): number => 1 - Number.EPSILON;

describe('backoffMs', () => {
  it('R9: the bound doubles with each failure, up to the most', () => {
    const waits = [1, 2, 3, 4, 7, 8, 5_000].map((attempt) => backoffMs(attempt, {}, almostOne));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000, 60_000]);
    expect(backoffMs(3, { baseMs: 10, maxMs: 25 }, almostOne)).toBe(25);
  });

  it('R9: the whole wait is random', () => {
    expect(backoffMs(4, {}, () => 0)).toBe(0);
    expect(backoffMs(4, {}, () => 0.5)).toBe(4_000);
  });

  it('R9: what the server asked for is waited in full, with a little on top', () => {
    expect(backoffMs(1, { retryAfterMs: 30_000 }, () => 0)).toBe(30_000);
    expect(backoffMs(9, { retryAfterMs: 30_000 }, almostOne)).toBe(31_000);
    expect(backoffMs(1, { retryAfterMs: 0 }, () => 0.5)).toBe(500);
  });

  it('R9: no wait is negative, broken or longer than a day and the jitter', () => {
    const figures = fc.oneof(fc.double(), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.integer(),
        figures,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, retryAfterMs, part) => {
          const options = retryAfterMs === undefined ? {} : { retryAfterMs };
          const wait = backoffMs(attempt, options, () => part);
          expect(Number.isInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(86_401_000);
        },
      ),
    );
  });
});

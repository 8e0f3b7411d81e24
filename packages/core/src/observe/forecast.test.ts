import { describe, expect, it } from 'vitest';
import { levelOf, reachedAt } from './forecast.ts';

const HOUR = 3_600_000;
const course = { used: 40, held: 10, capacity: 100, perHour: 25, windowMs: undefined };

describe('reachedAt', () => {
  it('L7: a budget is reached when what is left is used at the rate of now', () => {
    expect(reachedAt(course, 1_000)).toBe(1_000 + 2 * HOUR);
    expect(reachedAt({ ...course, used: 90 }, 1_000)).toBe(1_000);
    expect(reachedAt({ ...course, perHour: 0 }, 1_000)).toBeUndefined();
    expect(reachedAt({ ...course, perHour: undefined }, 1_000)).toBeUndefined();
    expect(reachedAt({ ...course, perHour: 1e-12 }, 1_000)).toBeUndefined();
  });

  it('L7: a window is never reached by use that it can bear', () => {
    expect(reachedAt({ ...course, windowMs: 4 * HOUR }, 0)).toBeUndefined();
    expect(reachedAt({ ...course, windowMs: 5 * HOUR }, 0)).toBe(2 * HOUR);
  });
});

describe('levelOf', () => {
  it('L7: is yellow from the warning on, and red at the end', () => {
    expect([0, 0.79, 0.8, 0.999, 1, 3].map((share) => levelOf(share, 0.8))).toEqual([
      'green',
      'green',
      'yellow',
      'yellow',
      'red',
      'red',
    ]);
  });
});

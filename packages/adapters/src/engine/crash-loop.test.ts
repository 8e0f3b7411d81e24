import { describe, expect, it } from 'vitest';
import { afterCrash, leftAloneMs, UNBROKEN } from './crash-loop.ts';

describe('an engine that crashes', () => {
  it('M7 R10: is started again at once twice, and then left alone for longer and longer', () => {
    let state = UNBROKEN;
    const waits = Array.from({ length: 20 }, () => {
      state = afterCrash(state, 1_000);
      return leftAloneMs(state, 1_000);
    });
    expect(waits.slice(0, 6)).toEqual([0, 0, 30_000, 60_000, 120_000, 240_000]);
    expect(waits.at(-1)).toBe(600_000);
    expect(leftAloneMs(state, 601_000)).toBe(0);
  });
});

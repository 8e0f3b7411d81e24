import { describe, expect, it } from 'vitest';
import { SmoothWindow } from './smooth-window.ts';
import { firstDifference } from './window.fixture.ts';
import { smoothTrial } from './window-trials.fixture.ts';

describe('SmoothWindow', () => {
  it.each([
    [50, 1],
    [50, 10],
    [7, 3],
    [30, 30],
  ])('L1 L3: %i in a second with a burst of %i agrees with brute force', (capacity, burst) => {
    expect(firstDifference(smoothTrial(capacity, burst), 60)).toBeUndefined();
  });

  it('L3: 60 a minute are one a second', () => {
    const window = new SmoothWindow(60, 60_000);
    let at = 0;
    for (let call = 0; call < 60; call++) {
      expect(window.fitAt(at, 1)).toBe(call * 1_000);
      at = window.fitAt(at, 1);
      window.add(at, 1);
    }
    expect(window.fitAt(at, 1)).toBe(60_000);
  });

  it('L3: a burst goes at once, and what follows it one by one', () => {
    const window = new SmoothWindow(60, 60_000, 5);
    const starts = Array.from({ length: 8 }, () => {
      const at = window.fitAt(0, 1);
      window.add(at, 1);
      return at;
    });
    expect(starts).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 3_000]);
  });

  it('L3: large amounts go alone and are waited off', () => {
    const window = new SmoothWindow(100_000, 60_000);
    window.add(0, 50_000);
    expect(window.fitAt(0, 10)).toBe(30_000);
    expect(window.fitAt(0, 100_001)).toBe(Number.POSITIVE_INFINITY);
  });

  it('L2: what is settled late counts from its own time, and more than was claimed is a debt', () => {
    const window = new SmoothWindow(60, 60_000);
    const stamp = window.add(0, 1);
    window.change(stamp, 9);
    expect(window.fitAt(5_000, 1)).toBe(10_000);
    window.change(stamp, -10);
    expect(window.fitAt(5_000, 1)).toBe(5_000);
  });
});

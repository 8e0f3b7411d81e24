import { describe, expect, it } from 'vitest';
import { SmoothWindow } from './smooth-window.ts';
import { firstDifference, merged, type Oracle, type PlainEntry } from './window.fixture.ts';

const WINDOW = 1_000;

/** What has not drained, in thousandths of a unit, each entry in its turn. */
function backlog(entries: readonly PlainEntry[], now: number, capacity: number): number {
  let left = 0;
  let last: number | undefined;
  for (const { at, amount } of merged(entries)) {
    if (last !== undefined) left = Math.max(0, left - (at - last) * capacity);
    left += amount * WINDOW;
    last = at;
  }
  return last === undefined ? 0 : left - (now - last) * capacity;
}

function oracle(capacity: number, burst: number): Oracle {
  return {
    used: (entries, now) => Math.max(0, Math.ceil(backlog(entries, now, capacity) / WINDOW)),
    fits: (entries, now, amount) =>
      amount <= capacity && backlog(entries, now, capacity) <= Math.max(0, burst - amount) * WINDOW,
    // Each ms around the one that a division gives.
    *moments(entries, now, amount) {
      if (amount > capacity) return;
      const left = backlog(entries, now, capacity) - Math.max(0, burst - amount) * WINDOW;
      const about = now + Math.floor(left / capacity);
      for (let at = Math.max(now + 1, about - 2); at <= about + 2; at++) yield at;
    },
  };
}

describe('SmoothWindow', () => {
  it.each([
    [50, 1],
    [50, 10],
    [7, 3],
    [30, 30],
  ])('L1 L3: %i in a second with a burst of %i agrees with brute force', (capacity, burst) => {
    const create = () => new SmoothWindow(capacity, WINDOW, burst);
    const trial = { create, oracle: oracle(capacity, burst), windowMs: WINDOW, startAt: 10_000 };
    expect(firstDifference(trial, 60)).toBeUndefined();
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

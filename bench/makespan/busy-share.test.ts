import { describe, expect, it } from 'vitest';
import { busyShare } from './busy-share.ts';

const span = (from: number, until: number) => ({ from, until });

describe('the busy share', () => {
  it('K4: counts places only while somebody waits', () => {
    // Two places: both busy until 10, one until 20, and somebody waits from 5 to 15.
    const busy = [span(0, 10), span(0, 20)];
    expect(busyShare(busy, [span(5, 15)], 2)).toBe(0.75);
    expect(busyShare(busy, [span(5, 9), span(6, 10)], 2)).toBe(1);
  });

  it('K4: is whole where nobody waits, and none where all places are empty', () => {
    expect(busyShare([span(0, 10)], [span(3, 3)], 4)).toBe(1);
    expect(busyShare([], [span(0, 10)], 4)).toBe(0);
  });
});

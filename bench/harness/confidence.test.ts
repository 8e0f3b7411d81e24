import { describe, expect, it } from 'vitest';
import { leastShare } from './confidence.ts';

describe('what trials let one be sure of', () => {
  it('Q1: without a failure, the share whose power of trials is the doubt that is left', () => {
    expect(leastShare(30_000, 0, 0.95)).toBeCloseTo(0.05 ** (1 / 30_000), 10);
    expect(leastShare(30_000, 0, 0.95)).toBeGreaterThan(0.9999);
    expect(leastShare(29_000, 0, 0.95)).toBeLessThan(0.9999);
  });

  it('Q1: with failures, less: 3 of 100 are 92.4 % at least', () => {
    expect(leastShare(100, 3, 0.95)).toBeCloseTo(0.9243, 3);
  });

  it('Q1: nothing without trials, or where all failed', () => {
    expect([leastShare(0, 0, 0.95), leastShare(4, 4, 0.95)]).toEqual([0, 0]);
  });
});

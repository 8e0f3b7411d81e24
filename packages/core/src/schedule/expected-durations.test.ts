import { describe, expect, it } from 'vitest';
import { ExpectedDurations } from './expected-durations.ts';

describe('ExpectedDurations', () => {
  it('K5: foretells the median of recent calls, and nothing where there were none', () => {
    const durations = new ExpectedDurations();
    expect(durations.median('a/code')).toBeUndefined();
    for (const ms of [50, 10, 10_000]) durations.note('a/code', ms);
    expect(durations.median('a/code')).toBe(50);
    durations.note('a/code', 20);
    expect(durations.median('a/code')).toBe(20);
    expect(durations.median('b/code')).toBeUndefined();
  });

  it('K5: forgets old calls, and keys that nobody used for long', () => {
    const durations = new ExpectedDurations();
    for (let n = 0; n < 32; n++) durations.note('a', 1);
    for (let n = 0; n < 32; n++) durations.note('a', 9);
    expect(durations.median('a')).toBe(9);
    for (let n = 0; n < 1_000; n++) durations.note(`other${n}`, 5);
    expect(durations.median('a')).toBeUndefined();
    expect(durations.median('other0')).toBe(5);
  });
});

describe('a percentile of durations', () => {
  it('M14: is one of those that were, and known once one in so many could be later', () => {
    const durations = new ExpectedDurations(100);
    expect(durations.percentile('a', 50, 1)).toBeUndefined();
    for (let ms = 1; ms <= 99; ms++) durations.note('a', ms);
    expect(durations.percentile('a', 99, 1)).toBeUndefined();
    durations.note('a', 100);
    expect(durations.percentile('a', 99, 1)).toBe(99);
    expect(durations.percentile('a', 95, 20)).toBe(95);
    expect(durations.percentile('a', 50, 1)).toBe(50);
    expect(durations.percentile('a', 50, 101)).toBeUndefined();
    for (let ms = 201; ms <= 300; ms++) durations.note('a', ms);
    expect(durations.percentile('a', 95, 20)).toBe(295);
  });
});

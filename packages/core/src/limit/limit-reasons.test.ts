import { describe, expect, it } from 'vitest';
import { describeSpan, units, waitReason } from './limit-reasons.ts';

describe('describeSpan', () => {
  it.each([
    [0, '0 ms'],
    [0.2, '1 ms'],
    [999, '999 ms'],
    [999.5, '1 s'],
    [7_001, '8 s'],
    [59_001, '1 min'],
    [60_000, '1 min'],
    [60_001, '1 min'],
    [60_100, '1 min 1 s'],
    [200_000, '3 min 20 s'],
    [3_599_100, '1 h'],
    [3_600_000, '1 h'],
    [3_600_001, '1 h'],
    [3_605_000, '1 h 1 min'],
    [7_499_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [86_399_000, '1 d'],
    [86_400_001, '1 d'],
    [86_700_000, '1 d 1 h'],
  ])('L7: %d ms is %s', (ms, text) => {
    expect(describeSpan(ms)).toBe(text);
  });
});

describe('waitReason', () => {
  it('K5: says what is used, and what is to come where that matters', () => {
    const full = { used: 5, capacity: 5, amount: 1, waitMs: 8_000 };
    expect(waitReason('calls', full)).toBe('5/5 calls, resets in 8 s');
    const money = { used: 4_900_000, capacity: 5_000_000, amount: 200_000, waitMs: 60_000 };
    expect(waitReason('usd', money)).toBe('$4.90/$5 and $0.20 to come, resets in 1 min');
  });

  it('L7: amounts carry their units', () => {
    expect([
      units('calls', 1),
      units('calls', 2),
      units('usd', 500_000),
      units('input-tokens', 1e6),
    ]).toEqual(['1 call', '2 calls', '$0.50', '1M input tokens']);
  });
});

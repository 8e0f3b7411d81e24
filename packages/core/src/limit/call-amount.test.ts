import { describe, expect, it } from 'vitest';
import { amountOf, chargeOf } from './call-amount.ts';

describe('amountOf', () => {
  it('L2: tokens that a provider read from its cache count in one metric and not in the other', () => {
    const use = { inputTokens: 1_000, cachedInputTokens: 900, outputTokens: 50, microUsd: 7 };
    expect(amountOf('input-tokens', use)).toBe(1_000);
    expect(amountOf('uncached-input-tokens', use)).toBe(100);
    expect(amountOf('uncached-input-tokens', { ...use, cachedInputTokens: 2_000 })).toBe(0);
    expect(amountOf('tokens', use)).toBe(1_050);
  });

  it('L1: broken figures are charged as nothing, or as the most that can be counted', () => {
    const use = { inputTokens: Number.NaN, outputTokens: -5, microUsd: Number.POSITIVE_INFINITY };
    expect(chargeOf('tokens', use)).toBe(0);
    expect(chargeOf('usd', use)).toBe(2 ** 50);
    expect(chargeOf('calls', use)).toBe(1);
  });
});

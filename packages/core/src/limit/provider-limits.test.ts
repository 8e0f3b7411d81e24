import { describe, expect, it } from 'vitest';
import { ProviderLimits } from './provider-limits.ts';

const call = { inputTokens: 300, outputTokens: 100, microUsd: 0 };

describe('ProviderLimits', () => {
  it('L2: a call waits while too little of any bucket is left, for the latest reset', () => {
    const limits = new ProviderLimits();
    limits.learn(0, {
      requests: { remaining: 0, resetAt: 1_000 },
      tokens: { remaining: 399, resetAt: 5_000 },
      inputTokens: { remaining: 300, resetAt: 9_000 },
    });
    expect(limits.blocks(0, call)).toEqual({ untilAt: 5_000, metric: 'tokens', remaining: 399 });
    expect(limits.blocks(0, { ...call, inputTokens: 1 })).toMatchObject({ untilAt: 1_000 });
    expect(limits.blocks(5_000, call)).toBeUndefined();
  });

  it('L2: calls started since are taken from what is left, until newer headers say it', () => {
    const limits = new ProviderLimits();
    limits.learn(0, { tokens: { remaining: 1_000, resetAt: 5_000 } });
    limits.start(50, call);
    limits.start(50, call);
    expect(limits.blocks(0, call)).toMatchObject({ remaining: 200 });
    limits.learn(100, { tokens: { remaining: 700, resetAt: 5_000 } });
    expect(limits.blocks(100, call)).toBeUndefined();
  });

  it('L2: an answer that streams long does not know of calls that were started while it did', () => {
    const limits = new ProviderLimits();
    limits.start(1_000, call);
    limits.start(2_500, call);
    limits.start(40_000, call);
    limits.learn(60_000, { tokens: { remaining: 1_000, resetAt: 90_000 } }, 2_000);
    expect(limits.blocks(60_000, call)).toMatchObject({ remaining: 200 });
    limits.learn(61_000, { tokens: { remaining: 700, resetAt: 90_000 } }, 61_000);
    expect(limits.blocks(61_000, call)).toBeUndefined();
  });

  it('L4: a call that was not sent is taken from nothing, whether headers came before or after it', () => {
    const limits = new ProviderLimits();
    limits.learn(0, { tokens: { remaining: 1_000, resetAt: 5_000 } });
    limits.start(50, call);
    limits.start(50, call);
    limits.takeBack(50, call);
    expect(limits.blocks(60, { ...call, inputTokens: 501 })).toMatchObject({ remaining: 600 });
    // Only the one that was sent is not known to an answer from before.
    limits.learn(100, { tokens: { remaining: 900, resetAt: 5_000 } }, 40);
    expect(limits.blocks(100, { ...call, inputTokens: 401 })).toMatchObject({ remaining: 500 });
    // Headers that were written after it began never counted it.
    limits.start(110, call);
    limits.learn(200, { tokens: { remaining: 400, resetAt: 5_000 } }, 150);
    limits.takeBack(110, call);
    expect(limits.blocks(200, { ...call, inputTokens: 301 })).toMatchObject({ remaining: 400 });
  });

  it('L2: of two answers the lower counts until its reset, whichever came last', () => {
    const limits = new ProviderLimits();
    limits.learn(0, { requests: { remaining: 0, resetAt: 5_000 } });
    limits.learn(1, { requests: { remaining: 3, resetAt: 4_000 } });
    limits.learn(2, { requests: { remaining: 0, resetAt: 3_000 } });
    expect(limits.blocks(4_500, call)).toMatchObject({ untilAt: 5_000 });
    limits.learn(5_000, { requests: { remaining: 3, resetAt: 9_000 } });
    expect(limits.blocks(5_000, call)).toBeUndefined();
  });

  it.each([
    ['no reset', { remaining: 0 }],
    ['no remainder', { limit: 5, resetAt: 9_000 }],
    ['a remainder of -1', { remaining: -1, resetAt: 9_000 }],
    ['a reset that is over', { remaining: 0, resetAt: 10 }],
    ['figures that are none', { remaining: Number.NaN, resetAt: Number.NaN }],
  ])('L2: %s says nothing', (_what, bucket) => {
    const limits = new ProviderLimits();
    limits.learn(10, { requests: bucket });
    expect(limits.blocks(10, call)).toBeUndefined();
  });

  it('L2: a reset in a year is not believed', () => {
    const limits = new ProviderLimits();
    limits.learn(0, { requests: { remaining: 0, resetAt: 365 * 86_400_000 } });
    expect(limits.blocks(0, call)?.untilAt).toBe(86_400_000);
  });
});

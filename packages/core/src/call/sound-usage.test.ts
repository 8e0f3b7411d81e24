import { describe, expect, it } from 'vitest';
import type { Usage } from '../spec/model.ts';
import { soundUsage } from './sound-usage.ts';

describe('the account of a provider', () => {
  it('M9: counts that cannot be are not reported', () => {
    for (const wrong of [Number.NaN, -1, 1.5, 1e300, Number.POSITIVE_INFINITY, '7', null]) {
      const usage = {
        input: { total: wrong, cacheRead: wrong },
        output: { total: wrong, reasoning: wrong },
        usd: wrong === 1.5 ? Number.NaN : wrong === 1e300 ? -1 : wrong,
      } as unknown as Usage;
      expect(soundUsage(usage)).toMatchObject({ input: {}, output: {} });
      expect(Object.keys(soundUsage(usage).input)).toEqual([]);
    }
    expect(soundUsage(undefined as unknown as Usage)).toEqual({ input: {}, output: {} });
  });

  it('M9: what can be stays as it is', () => {
    const usage: Usage = {
      input: { total: 10, cacheRead: 3, cacheWrite: 2 },
      output: { total: 4, reasoning: 1 },
      usd: 0.1,
      raw: { a: 1 },
    };
    expect(soundUsage(usage)).toEqual(usage);
  });

  it('L1 L3: no request is of 0 tokens, and no answer in which something was said', () => {
    const nothing: Usage = { input: { total: 0 }, output: { total: 0, reasoning: 0 } };
    expect(soundUsage(nothing)).toEqual({ input: {}, output: { reasoning: 0 } });
    expect(soundUsage(nothing, true)).toEqual({ input: {}, output: { total: 0, reasoning: 0 } });
    const cached: Usage = { input: { total: 0, cacheRead: 7 }, output: { total: 0, reasoning: 3 } };
    expect(soundUsage(cached)).toMatchObject({ input: { total: 7 }, output: { total: 3 } });
  });

  it('M9: a total is at least its parts', () => {
    const usage = {
      input: { total: 1, cacheRead: 3, cacheWrite: 2 },
      output: { total: 0, reasoning: 4 },
    };
    expect(soundUsage(usage)).toMatchObject({ input: { total: 5 }, output: { total: 4 } });
  });
});

import { describe, expect, it } from 'vitest';
import { WarmPrefixes } from './warm-prefixes.ts';

describe('WarmPrefixes', () => {
  it('L8: knows what a model read a moment ago in the same run, and no longer', () => {
    const warm = new WarmPrefixes();
    warm.note('run', 'm', 'coder', 1_000);
    expect(warm.age('run', 'm', 'coder', 61_000)).toBe(60_000);
    for (const [run, model, prefix, now] of [
      ['other', 'm', 'coder', 2_000],
      ['run', 'n', 'coder', 2_000],
      ['run', 'm', 'tester', 2_000],
      ['run', 'm', 'coder', 400_000],
      ['run', 'm', 'coder', 0],
    ] as const) {
      expect(warm.age(run, model, prefix, now)).toBeUndefined();
    }
    warm.forget('run');
    expect(warm.age('run', 'm', 'coder', 61_000)).toBeUndefined();
  });
});

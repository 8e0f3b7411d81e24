import { describe, expect, it } from 'vitest';
import { LengthPrior } from './length-prior.ts';

describe('LengthPrior', () => {
  it('M14: expects long tasks to be harder, and more so for a weaker model', () => {
    const prior = new LengthPrior();
    const [strong, weak] = [0.9, 0.6].map((mean) => prior.shift('m', 2_000, mean));
    expect(strong).toBeLessThan(0);
    expect(weak).toBeLessThan(strong ?? 0);
    expect(prior.shift('m', 30, 0.6)).toBeGreaterThan(0);
    expect(Math.abs(prior.shift('m', 10 ** 9, 0.5))).toBeLessThanOrEqual(0.2);
  });

  it('M14: unlearns that where outcomes show the opposite', () => {
    const prior = new LengthPrior();
    for (let at = 0; at < 500; at++) prior.note('m', at % 2 === 0 ? 100 : 1_500, at % 2 === 1);
    expect(prior.shift('m', 1_500, 0.5)).toBeGreaterThan(0);
    expect(prior.shift('other', 1_500, 0.5)).toBeLessThan(0);
    const again = new LengthPrior();
    again.restore(structuredClone(prior.body()));
    expect(again.shift('m', 700, 0.5)).toBe(prior.shift('m', 700, 0.5));
  });
});

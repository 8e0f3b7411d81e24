import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputEstimates } from './output-estimates.ts';

const MOST = 1_000_000;

describe('OutputEstimates', () => {
  it('L1: is the least of the recent outputs that covers nine in ten of them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { minLength: 4, maxLength: 80 }), (outputs) => {
        const estimates = noted(outputs);
        const recent = outputs.slice(-32);
        const covered = (limit: number): number =>
          recent.filter((tokens) => tokens <= limit).length / recent.length;
        const estimate = estimates.estimate('a/code', MOST);
        expect(recent).toContain(estimate);
        expect(covered(estimate)).toBeGreaterThanOrEqual(0.9);
        expect(covered(estimate - 1)).toBeLessThan(0.9);
      }),
    );
  });

  it('L1: is cautious while fewer than four calls are known', () => {
    expect(new OutputEstimates().estimate('a/code', MOST)).toBe(1_000);
    expect(noted([1, 2, 3]).estimate('a/code', MOST)).toBe(1_000);
    expect(noted([1, 2, 3, 4]).estimate('a/code', MOST)).toBe(4);
  });

  it('L1: is never above what a call may give', () => {
    expect(new OutputEstimates().estimate('a/code', 300)).toBe(300);
    expect(noted([900, 900, 900, 900]).estimate('a/code', 300)).toBe(300);
  });

  it('L1: keys know nothing of each other', () => {
    const estimates = noted([7, 7, 7, 7]);
    expect(estimates.estimate('a/code', MOST)).toBe(7);
    expect(estimates.estimate('b/code', MOST)).toBe(1_000);
  });

  it('L1: of more than a thousand keys, the one that was used longest ago is forgotten', () => {
    const estimates = noted([7, 7, 7, 7]);
    const note = (key: string): void => {
      for (let call = 0; call < 4; call++) estimates.note(key, 9);
    };
    note('first');
    for (let kind = 0; kind < 998; kind++) note(`kind ${kind}`);
    estimates.note('a/code', 7);
    note('one more');
    expect(estimates.estimate('a/code', MOST)).toBe(7);
    expect(estimates.estimate('one more', MOST)).toBe(9);
    expect(estimates.estimate('first', MOST)).toBe(1_000);
  });
});

function noted(outputs: readonly number[]): OutputEstimates {
  const estimates = new OutputEstimates();
  for (const tokens of outputs) estimates.note('a/code', tokens);
  return estimates;
}

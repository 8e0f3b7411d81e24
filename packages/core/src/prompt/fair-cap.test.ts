import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairCap } from './fair-cap.ts';

describe('a fair cap', () => {
  it('P1 M15: gives what short texts leave to the long ones, in equal parts', () => {
    expect(fairCap([10, 500, 500], 1_000, 410)).toBe(200);
    expect(fairCap([10, 20], 1_000, 410)).toBe(1_000);
    expect(fairCap([900], 100, 410)).toBe(100);
    expect(fairCap([], 100, 410)).toBe(100);
  });

  it('P1 M15: never lets texts have more than all together, nor cuts one without need', () => {
    const lengths = fc.array(fc.nat(2_000), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.nat(3_000), (texts, total) => {
        const cap = fairCap(texts, 10_000, total);
        const used = texts.reduce((sum, length) => sum + Math.min(length, cap), 0);
        expect(used).toBeLessThanOrEqual(Math.max(total, 0));
        const cut = texts.filter((length) => length > cap).length;
        if (cut > 0) expect(used).toBeGreaterThan(total - cut);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterDoubt, afterRefusal, notWorthBeginning, type Rung } from './cascade.ts';

const small: Rung = { name: 'small', quality: 0.4, priceUsd: 0.001 };
const middle: Rung = { name: 'middle', quality: 0.7, priceUsd: 0.02 };
const large: Rung = { name: 'large', quality: 0.9, priceUsd: 0.5 };

describe('afterRefusal', () => {
  it('L8: goes up to the cheapest model that is worth what it costs more', () => {
    expect(afterRefusal(small, [large, middle], 1)).toEqual({
      kind: 'escalate',
      to: 'middle',
      because:
        'small was refused and repairs 40 % of such; middle succeeds with 70 % for $0.02 more',
    });
    expect(afterRefusal(small, [large], 0.5)).toMatchObject({ kind: 'escalate', to: 'large' });
  });

  it('L8: has the same model repair where nobody is worth it, and says so', () => {
    expect(afterRefusal(small, [large], 10)).toEqual({
      kind: 'stay',
      because: 'small repairs its answer (40 %): large (90 %) is not worth its price',
    });
    expect(afterRefusal(large, [small], 0).kind).toBe('stay');
    expect(afterRefusal(small, [], 1).because).toContain('nobody else');
  });

  it('L8: escalates if and only if the gain is worth more than the price', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const rung = fc.record({ quality: share, priceUsd: share });
    fc.assert(
      fc.property(rung, fc.array(rung, { maxLength: 5 }), share, (from, to, lambda) => {
        const others = to.map((one, at) => ({ ...one, name: `m${at}` }));
        const decision = afterRefusal({ ...from, name: 'from' }, others, lambda);
        const pays = ({ quality, priceUsd }: Omit<Rung, 'name'>): boolean =>
          quality - from.quality > 0 &&
          quality - from.quality > lambda * Math.max(0, (priceUsd ?? 0) - from.priceUsd);
        expect(decision.kind === 'escalate').toBe(others.some(pays));
        if (decision.kind !== 'escalate') return;
        const chosen = others.find(({ name }) => name === decision.to);
        expect(chosen !== undefined && pays(chosen)).toBe(true);
        for (const other of others.filter(pays)) {
          expect(other.priceUsd).toBeGreaterThanOrEqual(chosen?.priceUsd ?? 1);
        }
      }),
    );
  });
});

describe('notWorthBeginning', () => {
  it('M14 L8: is a first answer that costs more than it saves, or hardly ever succeeds', () => {
    const skipped = (quality: number, priceUsd: number) => [
      ...notWorthBeginning([{ name: 'small', quality, priceUsd }, large]),
    ];
    expect(skipped(0.4, 0.19)).toEqual([]);
    expect(skipped(0.4, 0.21)).toEqual(['small']);
    expect(skipped(0.19, 0)).toEqual(['small']);
    expect(skipped(0.95, 0.49)).toEqual([]);
    const unknown = { ...large, priceUsd: undefined };
    expect([...notWorthBeginning([small, unknown])]).toEqual([]);
    expect([...notWorthBeginning([small])]).toEqual([]);
  });
});

describe('afterDoubt', () => {
  it('L8: asks a better model where the chance that it helps is worth its price', () => {
    expect(afterDoubt(small, 0.6, [large, middle], 1)).toMatchObject({
      kind: 'escalate',
      to: 'middle',
      because: 'the answer of small is doubtful: with 60 % middle does better, for $0.02',
    });
    expect(afterDoubt(small, 0.6, [large], 2).kind).toBe('stay');
    expect(afterDoubt(small, 0.08, [middle], 0).kind).toBe('stay');
    expect(afterDoubt(large, 0.9, [small], 0).kind).toBe('stay');
    expect(afterDoubt(small, 0.1, [middle], 1, 0.08).kind).toBe('escalate');
    expect(afterDoubt(small, 0.07, [middle], 1, 0.08).kind).toBe('stay');
    const unpriced = { ...large, priceUsd: undefined };
    expect(afterDoubt(small, 0.9, [unpriced], 0).kind).toBe('stay');
  });
});

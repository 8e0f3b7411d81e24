import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NearestOutcomes, type NearRate } from './nearest-outcomes.ts';
import type { RememberedText } from './remembered-text.ts';
import { normOf, type TextVector, textVector, weightOf } from './text-vectors.ts';

function remember(nearest: NearestOutcomes, text: string, good: boolean, model = 'm'): void {
  const fared = { good: good ? 1 : 0, all: 1 };
  nearest.add({ key: text, vector: textVector(text), models: new Map([[model, fared]]) });
}

function rate(nearest: NearestOutcomes, text: string, model = 'm'): number | undefined {
  return nearest.near(textVector(text)).get(model)?.rate;
}

describe('NearestOutcomes', () => {
  it('M14: says of a text what is known of the texts most like it', () => {
    const nearest = new NearestOutcomes(100);
    for (let at = 0; at < 10; at++) {
      remember(nearest, `parse the date format number ${at}`, true);
      remember(nearest, `prove theorem about groups ${at}`, false);
    }
    expect(rate(nearest, 'parse a date format')).toBe(1);
    expect(rate(nearest, 'a theorem about rings and groups')).toBe(0);
    expect(rate(nearest, 'unheard')).toBeUndefined();
    expect(rate(nearest, 'parse a date format', 'other')).toBeUndefined();
  });

  it('M14: joins what several tries at one text gave', () => {
    const nearest = new NearestOutcomes(100);
    for (const good of [true, false, false, false]) remember(nearest, 'same text', good);
    remember(nearest, 'same text', true, 'other');
    expect(nearest.size).toBe(1);
    expect(rate(nearest, 'same text')).toBe(0.25);
    expect(rate(nearest, 'same text', 'other')).toBe(1);
  });

  it('M14 R8: forgets the oldest, and answers as one that never knew it', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), {
      minLength: 1,
      maxLength: 4,
    });
    const outcome = fc.record({ words, good: fc.boolean() });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 30 }), words, (outcomes, asked) => {
        const bounded = new NearestOutcomes(5);
        for (const { words, good } of outcomes) remember(bounded, words.join(' '), good);
        expect(bounded.size).toBeLessThanOrEqual(5);
        const again = new NearestOutcomes(5);
        for (const text of bounded.list()) again.add(text);
        const question = asked.join(' ');
        const [a, b] = [rate(bounded, question), rate(again, question)];
        if (a === undefined) expect(b).toBeUndefined();
        else expect(b).toBeCloseTo(a, 9);
        // Asking changes nothing.
        expect(rate(bounded, question)).toBe(a);
      }),
    );
  });

  it('M14 R8: lets go of models that no text has any more, and takes none for another', () => {
    const nearest = new NearestOutcomes(10);
    const last = 5_003;
    for (let at = 0; at <= last; at++) {
      remember(nearest, `part ${at % 12}`, at % 2 === 0, `m${at}`);
      if (at % 500 > 2 && at < last) continue;
      const of = [...nearest.list()].find(({ key }) => key === `part ${at % 12}`);
      expect(of?.models.get(`m${at}`)).toEqual({ good: at % 2 === 0 ? 1 : 0, all: 1 });
    }
    expect(nearest.size).toBe(10);
    const rates = nearest.near(textVector('part'));
    expect(rates.size).toBe(10);
    for (const [model, { rate }] of rates) expect(rate).toBe(Number(model.slice(1)) % 2 ? 0 : 1);
  });

  it('M14: finds what comparing a text with every other one finds, whatever was forgotten meanwhile', () => {
    const words = fc.array(fc.constantFrom(...'abcdefghijklmnopqrst'), {
      minLength: 1,
      maxLength: 12,
    });
    const outcome = fc.record({ words, model: fc.nat(5), good: fc.boolean() });
    const outcomes = fc.array(outcome, { minLength: 150, maxLength: 700 });
    fc.assert(
      fc.property(outcomes, words, (all, asked) => {
        const nearest = new NearestOutcomes(300);
        for (const { words, model, good } of all) {
          remember(nearest, words.join(' '), good, `m${model}`);
        }
        const question = textVector(asked.join(' '));
        const found = nearest.near(question);
        const plain = nearInFull([...nearest.list()], question);
        expect([...found.keys()].sort()).toEqual([...plain.keys()].sort());
        for (const [model, { rate, texts }] of found) {
          expect(rate).toBeCloseTo(plain.get(model)?.rate ?? Number.NaN, 9);
          expect(texts).toBe(plain.get(model)?.texts);
        }
      }),
      { numRuns: 20, seed: 2 },
    );
  });
});

/** The rates by their definition: every text is weighed anew, and all are sorted. */
function nearInFull(
  texts: readonly RememberedText[],
  { terms, counts }: TextVector,
): ReadonlyMap<string, NearRate> {
  const having = (term: number): number =>
    texts.filter(({ vector }) => vector.terms.includes(term)).length;
  const similarityOf = ({ vector }: RememberedText): number =>
    terms.reduce((sum, term, at) => {
      const place = vector.terms.indexOf(term);
      const known = having(term);
      if (place < 0 || (known / texts.length > 0.6 && texts.length > 100)) return sum;
      const rarity = Math.log((1 + texts.length) / (1 + known)) + 1;
      const own = (weightOf[vector.counts[place] ?? 0] ?? 0) / normOf(vector);
      return sum + (weightOf[counts[at] ?? 0] ?? 0) * rarity * own;
    }, 0);
  const similar = texts.map((text) => ({ text, similarity: similarityOf(text) }));
  const sorted = similar.map(({ similarity }) => similarity).toSorted((a, b) => b - a);
  const most = Math.max(1, Math.min(100, Math.floor(texts.length * 0.25)));
  // Sums of the same terms in another order differ in their last places.
  const least = (sorted[most - 1] ?? 0) * (1 - 1e-12);
  const near = similar.filter(({ similarity }) => similarity > 0 && similarity >= least);
  const models = new Set(near.flatMap(({ text }) => [...text.models.keys()]));
  return new Map(
    [...models].map((model) => {
      const own = near.filter(({ text }) => text.models.has(model));
      const weights = own.reduce((sum, { similarity }) => sum + similarity ** 2, 0);
      const good = own.reduce((sum, { text, similarity }) => {
        const fared = text.models.get(model) ?? { good: 0, all: 1 };
        return sum + similarity ** 2 * (fared.good / fared.all);
      }, 0);
      return [model, { rate: good / weights, texts: own.length }] as const;
    }),
  );
}

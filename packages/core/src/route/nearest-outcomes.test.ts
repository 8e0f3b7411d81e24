import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NearestOutcomes } from './nearest-outcomes.ts';
import { textVector } from './text-vectors.ts';

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
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packVector, TERMS, textVector, unpackVector } from './text-vectors.ts';

describe('textVector', () => {
  it('M14: knows words, stems of long words and pairs, whatever their case', () => {
    expect(textVector('Sort the List')).toEqual(textVector('sort  THE list'));
    expect(textVector('sort').terms).toHaveLength(1);
    expect(textVector('sorting').terms).toHaveLength(2);
    expect(textVector('sort the list').terms).toHaveLength(5);
    const shared = textVector('implemented').terms.filter((term) =>
      textVector('implementing').terms.includes(term),
    );
    expect([...shared]).toHaveLength(1);
  });

  it('M14: counts what occurs more than once, and tells texts of other scripts apart', () => {
    expect(Math.max(...textVector('go go go').counts)).toBe(3);
    expect(textVector('Ёлка стоит').terms).not.toEqual(textVector('Ёлка лежит').terms);
    expect(textVector('').terms).toHaveLength(0);
  });

  it('M14 R8: is bounded and ascending, and survives being packed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const vector = textVector(text);
        expect([...vector.terms]).toEqual([...vector.terms].sort((a, b) => a - b));
        expect(new Set(vector.terms).size).toBe(vector.terms.length);
        for (const term of vector.terms) expect(term).toBeLessThan(TERMS);
        expect(unpackVector(packVector(vector))).toEqual(vector);
      }),
    );
    const long = Array.from({ length: 5_000 }, (_, at) => `w${at}`).join(' ');
    expect(textVector(long).terms.length).toBeLessThanOrEqual(1_024);
  });
});

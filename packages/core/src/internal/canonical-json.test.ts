import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  it('M13: two values have one text exactly when they are equal but for the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [composed(a), composed(b)];
        expect(canonicalJson(left) === canonicalJson(right)).toBe(isDeepStrictEqual(left, right));
      }),
    );
  });

  it('M13: the order of keys does not matter, that of elements does', () => {
    expect(canonicalJson({ b: [1, 2], a: { d: 1, c: 2 } })).toBe('{"a":{"c":2,"d":1},"b":[1,2]}');
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it('M13: text that looks the same is the same', () => {
    expect(canonicalJson('e\u0301')).toBe(canonicalJson('\u00e9'));
    expect(canonicalJson({ 'e\u0301': 1 })).toBe(canonicalJson({ '\u00e9': 1 }));
  });

  it('M13: what JSON lacks takes no place that is another value’s', () => {
    const texts = [null, Number.NaN, Number.POSITIVE_INFINITY, 'NaN', true, 'true'].map(
      canonicalJson,
    );
    expect(new Set(texts).size).toBe(texts.length);
    expect(canonicalJson({ a: undefined })).toBe('{}');
    expect(canonicalJson(-0)).toBe('0');
  });
});

function composed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).normalize('NFC'));
}

import { describe, expect, it } from 'vitest';
import { contentTokens } from './content-tokens.ts';
import { cosine, sayTheSame } from './semantic-gate.ts';
import { apart, paraphrases } from './semantic-pairs.fixture.ts';

describe('sayTheSame', () => {
  it('M13 L8: no false hit on any pair that differs in what matters, whatever the vectors say', () => {
    expect(apart).toHaveLength(220);
    const wrong = apart.flatMap(([, a, b]) => [
      ...(sayTheSame(a, b) ? [[a, b]] : []),
      ...(sayTheSame(b, a) ? [[b, a]] : []),
    ]);
    expect(wrong).toEqual([]);
  });

  it('M13 L8: nor on any two different requests of all the pairs', () => {
    const texts = [...new Set(apart.flatMap(([, a, b]) => [a, b]))];
    const same: string[][] = [];
    for (const [at, a] of texts.entries()) {
      for (const b of texts.slice(at + 1)) if (sayTheSame(a, b)) same.push([a, b]);
    }
    // One request, written in two ways that mean the same.
    expect(same).toEqual(equalByDesign);
  });

  it('M13 L8: lets through 17 of 40 paraphrases: those whose difference is known to be harmless', () => {
    const passed = paraphrases.filter(([a, b]) => sayTheSame(a, b));
    expect([passed.length, paraphrases.length]).toEqual([17, 40]);
  });

  it('M13: is the same in both directions', () => {
    for (const [a, b] of paraphrases) expect(sayTheSame(b, a)).toBe(sayTheSame(a, b));
  });
});

describe('contentTokens', () => {
  it.each([
    ['Please list the 3 files in src/a.ts.', ['list', 'the', '3', 'files', 'in', 'src/a.ts']],
    ["Don't delete it.", ['do', 'not', 'delete', 'it']],
    ['Add -1.5 km, not 5%!', ['add', '-1.5', 'km', ',', 'not', '5%']],
    ['Print "a, b" and `x  y`.', ['print', '"a, b"', 'and', '`x  y`']],
    ['An idea: three words, or three.', ['a', 'idea', ':', '3', 'words', 'or', 'three']],
    ['Please.', ['please']],
    ['', []],
  ])('M13: %j', (text, tokens) => {
    expect(contentTokens(text)).toEqual(tokens);
  });
});

describe('cosine', () => {
  it('M13: is 1 for one direction, 0 at a right angle and where it is not defined', () => {
    expect(cosine([1, 2], [2, 4])).toBeCloseTo(1);
    expect(cosine([1, 0], [0, 1])).toBe(0);
    for (const other of [[0, 0], [1], [Number.NaN, 1]]) expect(cosine([1, 2], other)).toBe(0);
    expect(cosine([], [])).toBe(0);
  });
});

const equalByDesign: readonly (readonly string[])[] = [
  ['Do not use recursion to solve it.', "Don't use recursion to solve it."],
  ["Why can't the server start?", 'Why cannot the server start?'],
  ['The function should not throw on empty input.', "The function shouldn't throw on empty input."],
  ['It is allowed to retry the call.', "It's allowed to retry the call."],
  ['It is not allowed to retry the call.', "It isn't allowed to retry the call."],
  ['Give me three ideas.', 'Give me 3 ideas.'],
];

import { describe, expect, it } from 'vitest';
import {
  count,
  dollars,
  harmless,
  oneLine,
  plural,
  shortEnd,
  shortFailure,
  span,
} from './words.ts';

describe('words for people', () => {
  it.each([
    [0, '0.0 s'],
    [430, '0.4 s'],
    [9_949, '9.9 s'],
    [9_951, '10 s'],
    [119_000, '119 s'],
    [119_600, '2 min'],
    [7_080_000, '118 min'],
    [7_200_000, '2 h'],
    [19_200_000, '5 h 20 min'],
  ])('A6: %i ms are %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it('L7: money has the digits that are worth something, and what was not charged is no price', () => {
    expect([0, 1_200, 999_900, 1_234_000].map(dollars)).toEqual([
      '-',
      '$0.0012',
      '$0.9999',
      '$1.23',
    ]);
  });

  it('A6: counts and nouns', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect([plural(1, 'task'), plural(0, 'task'), plural(2_000, 'call')]).toEqual([
      '1 task',
      '0 tasks',
      '2,000 calls',
    ]);
  });

  it('X5: what others wrote cannot move the cursor, colour the screen or turn its lines around', () => {
    expect(harmless('a\u001b[31mb\u0007\r\u009bc\u202ed\u2066e')).toBe('a[31mbcde');
    expect(harmless('tab\tand ü 漢')).toBe('tab\tand ü 漢');
  });

  it('A6: a failure is told without its place and advice', () => {
    expect(shortFailure('openai/gpt-5: Rate limit reached (429); wait until it resets')).toBe(
      'Rate limit reached (429)',
    );
    expect(shortFailure('server/qwen/qwen3:8b: gone')).toBe('gone');
    expect(shortFailure('5 calls in a row failed: lmstudio/x: gone; check it')).toBe(
      '5 calls in a row failed: gone',
    );
    expect(shortFailure('see http://127.0.0.1:1/v1: it is gone')).toBe(
      'see http://127.0.0.1:1/v1: it is gone',
    );
  });

  it('A6: how an attempt ended is as short as its outcome allows', () => {
    const because = 'm: openai/m: gone; check it; n is free';
    expect(shortEnd('moved', because)).toBe('m: gone; n is free');
    expect(shortEnd('failed', because)).toBe('m: gone');
    expect(shortEnd('rejected', 'a; b; c')).toBe('a; b; c');
  });
});

describe('oneLine', () => {
  it('X5: takes every line break for a space, and other control characters out', () => {
    const breaks = 'a\nb\rc\vd\fe\u0085f\u2028g\u2029h';
    expect(oneLine(breaks)).toBe('a b c d e f g h');
    expect(oneLine('a\u001b[2J\tb\u202e')).toBe('a[2J\tb');
  });
});

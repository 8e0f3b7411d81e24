import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenPieces, tokensOf } from './tokens.ts';

describe('tokens', () => {
  it('M17: are a quarter of the characters, rounded up', () => {
    expect([0, 1, 4, 5, 16].map(tokensOf)).toEqual([0, 1, 1, 2, 4]);
  });

  it('M17: put together give the text again, each well formed by itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pieces = [...tokenPieces(text)];
        expect(pieces.join('')).toBe(text);
        expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
        expect(pieces.length).toBeLessThanOrEqual(tokensOf(text.length));
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pieces } from './pieces.ts';

function piecesOf(texts: readonly string[]): readonly string[] {
  const pieces = new Pieces();
  for (const text of texts) pieces.add(JSON.stringify(text));
  return pieces.end();
}

describe('pieces of a page', () => {
  it('R2: hold every text once, in order, whatever their lengths', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }).map((text) => text.repeat(1_000))),
        (texts) => {
          expect(piecesOf(texts).flatMap((piece) => JSON.parse(piece))).toEqual(texts);
        },
      ),
    );
  });

  it('R2: are none of them longer than one text above their length', () => {
    const pieces = piecesOf(Array.from({ length: 2_000 }, () => 'x'.repeat(500)));
    expect(pieces.length).toBeGreaterThan(20);
    for (const piece of pieces) expect(piece.length).toBeLessThan(40_000);
  });

  it('R2: are none where there is no text', () => {
    expect(piecesOf([])).toEqual([]);
  });
});

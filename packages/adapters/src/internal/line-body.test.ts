import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineBody } from './line-body.ts';

const FROM = { where: 'x/m', headers: new Headers() };

function read(pieces: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = [];
  let ended = 0;
  const body = lineBody(FROM, {
    event: (data) => lines.push(data),
    whole: () => undefined,
    end: () => ended++,
  });
  for (const piece of pieces) body.push(piece);
  body.end();
  expect(ended).toBe(1);
  return lines;
}

describe('a body of lines', () => {
  it('M9: gives every document, however the bytes are cut, and without blank lines', () => {
    const text = '{"a":"é"}\n\r\n{"b":"😀"}\r\n{"last":1}';
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(read(pieces)).toEqual(['{"a":"é"}', '{"b":"😀"}', '{"last":1}']);
      }),
    );
  });

  it('M18: refuses a line without end, and names what its reader cannot read', () => {
    const chunk = new Uint8Array(1024 * 1024).fill(97);
    expect(() => read(Array.from({ length: 18 }, () => chunk))).toThrow('a line of more than');
    const body = lineBody(FROM, {
      event: () => {
        throw new TypeError('odd');
      },
      whole: () => undefined,
      end: () => undefined,
    });
    expect(() => body.push(new TextEncoder().encode('{}\n'))).toThrow(
      expect.objectContaining({ kind: 'protocol' }),
    );
  });
});

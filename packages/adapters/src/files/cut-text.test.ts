import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText } from './cut-text.ts';

const all = { line: 1, column: 1, lines: 1_000, maxBytes: 1_000 };

describe('cutText', () => {
  it('T2: gives a short text whole', () => {
    expect(cutText('a\nb\n', all)).toEqual({ text: 'a\nb\n', toLine: 2, totalLines: 2 });
    expect(cutText('', all)).toEqual({ text: '', toLine: 1, totalLines: 1 });
  });

  it('T2: cuts at the end of a line and says where to read on', () => {
    expect(cutText('aa\nbb\ncc', { ...all, maxBytes: 7 })).toEqual({
      text: 'aa\nbb\n',
      toLine: 2,
      totalLines: 3,
      next: { line: 3, column: 1 },
    });
  });

  it('T2: cuts a long line in the middle', () => {
    expect(cutText('x\naaaaaa', { ...all, line: 2, maxBytes: 4 })).toEqual({
      text: 'aaaa',
      toLine: 2,
      totalLines: 2,
      next: { line: 2, column: 5 },
    });
  });

  it('T2: reading on again and again gives the whole text and never half a character', () => {
    const text = fc.array(fc.constantFrom('a', 'bb', '\n', 'ü', '文', '😀', '\r\n'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 20 }), (parts, maxBytes) => {
        const whole = parts.join('');
        let read = '';
        let at: { line: number; column: number } | undefined = { line: 1, column: 1 };
        for (let n = 0; at !== undefined && n < 500; n++) {
          const window = cutText(whole, { ...at, lines: 1_000, maxBytes });
          expect(Buffer.byteLength(window.text)).toBeLessThanOrEqual(maxBytes);
          expect(window.text.isWellFormed()).toBe(true);
          read += window.text;
          at = window.next;
        }
        expect(read).toBe(whole);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { ESTIMATE_ERROR, errorOf, estimateError } from './estimate-error.ts';

describe('the error of an estimate', () => {
  it('M12: goes by what a text is written in', () => {
    expect(errorOf('The file was read, and nothing is in it.')).toBe(ESTIMATE_ERROR.ascii);
    expect(errorOf('Żaden plik nie został wczytany, ponieważ nie ma żadnego.')).toBeCloseTo(
      ESTIMATE_ERROR.latin,
      5,
    );
    expect(errorOf('файл прочитан')).toBe(ESTIMATE_ERROR.cyrillic);
    expect(errorOf('文件已被读取')).toBe(ESTIMATE_ERROR.wide);
    expect(errorOf('ფაილი წაკითხულია')).toBe(ESTIMATE_ERROR.other);
    expect(errorOf(' \n')).toBe(0);
    const half = errorOf('file файл');
    expect(half).toBeCloseTo((ESTIMATE_ERROR.ascii + ESTIMATE_ERROR.cyrillic) / 2, 5);
  });

  it('M12: a picture may be off by all that it was estimated at', () => {
    const image = { type: 'file' as const, mediaType: 'image/png', data: 'AAAA' };
    const text = { type: 'text' as const, text: 'What is this?' };
    expect(estimateError({ messages: [{ role: 'user', parts: [text] }] }, 100)).toBe(30);
    expect(estimateError({ messages: [{ role: 'user', parts: [text, image] }] }, 1_700)).toBe(
      1_700,
    );
  });
});

import { expect, it } from 'vitest';
import { type Diverted, divert } from './divert.ts';

it('A6: what others write while the screen is drawn comes line by line, each once, and afterwards as ever', () => {
  const written: string[] = [];
  const stream: Diverted = {
    write: (chunk: string | Uint8Array) => {
      written.push(String(chunk));
      return true;
    },
  };
  const lines: string[] = [];
  let called = 0;
  {
    using _diverted = divert(stream, (line) => lines.push(line));
    stream.write('The model is dep');
    stream.write(Buffer.from('recated\nPlease migrate\n'), () => {
      called += 1;
    });
    stream.write('The model is deprecated\n\u001b[2Jover', 'utf8', () => {
      called += 1;
    });
    expect(written).toEqual([]);
  }
  stream.write('after\n');
  expect(lines.slice(0, 2)).toEqual(['The model is deprecated', 'Please migrate']);
  expect(lines).toHaveLength(3);
  expect(lines[2]).toMatch(/over$/);
  expect(lines[2]).not.toContain('\u001b');
  expect([written, called]).toEqual([['after\n'], 2]);
});

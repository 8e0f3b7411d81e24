import { describe, expect, it } from 'vitest';
import { parseHttpHead } from './http-head.ts';

const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

describe('the head of an answer', () => {
  it('M9: reads names in any case, trims blanks and joins what is repeated', () => {
    const { status, headers } = parseHttpHead(
      head(
        'HTTP/1.1 429 Too Many',
        'RETRY-after:\t 7 \t',
        'X-A:1',
        'x-a: 2',
        'Empty:',
        'n: \xa0\xe9',
      ),
    );
    expect(status).toBe(429);
    const values = ['retry-after', 'x-a', 'empty', 'n', 'none'].map((name) => headers.get(name));
    expect(values).toEqual(['7', '1, 2', '', '\xa0\xe9', null]);
  });

  it.each([
    ['a length', ['content-length: 12'], { kind: 'length', bytes: 12 }, true],
    ['a length of nothing', ['content-length: 0'], { kind: 'none' }, true],
    ['chunks', ['transfer-encoding: CHUNKED'], { kind: 'chunked' }, true],
    ['neither', [], { kind: 'until-close' }, false],
    [
      'an announced close',
      ['content-length: 1', 'connection: x, Close'],
      { kind: 'length', bytes: 1 },
      false,
    ],
  ] as const)('M9: finds the end of a body with %s', (_, fields, framing, persistent) => {
    expect(parseHttpHead(head('HTTP/1.1 200 OK', ...fields))).toMatchObject({
      framing,
      persistent,
    });
  });

  it.each([204, 304])('M9: a %d has no body, whatever its fields say', (status) => {
    const { framing, persistent } = parseHttpHead(head(`HTTP/1.1 ${status} `, 'content-length: 5'));
    expect([framing, persistent]).toEqual([{ kind: 'none' }, true]);
  });

  it('M9: an HTTP/1.0 server keeps a connection only where it says so', () => {
    const length = 'content-length: 1';
    expect(parseHttpHead(head('HTTP/1.0 200 OK', length)).persistent).toBe(false);
    const kept = head('HTTP/1.0 200 OK', length, 'connection: keep-alive');
    expect(parseHttpHead(kept).persistent).toBe(true);
  });

  it.each([
    ['both a length and a coding', ['content-length: 5', 'transfer-encoding: chunked']],
    ['two different lengths', ['content-length: 5', 'content-length: 6']],
    ['a list of lengths', ['content-length: 5, 5']],
    ['a signed length', ['content-length: +5']],
    ['a hexadecimal length', ['content-length: 0x5']],
    ['an empty length', ['content-length:']],
    ['a length beyond all memory', ['content-length: 9999999999999999']],
    ['another coding', ['transfer-encoding: gzip, chunked']],
    ['chunked twice', ['transfer-encoding: chunked', 'transfer-encoding: chunked']],
    ['a folded line', ['x: a', ' b']],
    ['a blank before the colon', ['content-length : 5']],
    ['a field without a name', [': 5']],
    ['a field without a colon', ['content-length']],
    ['NUL', ['x: a\0b']],
    ['a bare CR', ['x: a\rcontent-length: 5']],
    ['a bare LF', ['x: a\ncontent-length: 5']],
    ['a control character', ['x: a\x08']],
    ['a body that is compressed', ['content-encoding: gzip']],
    ['a body that is compressed twice', ['content-encoding: deflate, br']],
  ])('X5: refuses %s', (_, fields) => {
    expect(() => parseHttpHead(head('HTTP/1.1 200 OK', ...fields))).toThrow(
      expect.objectContaining({ kind: 'protocol', code: 'model.protocol' }),
    );
  });

  it.each([
    'HTTP/2 200 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1  200 OK',
    'ICY 200 OK',
    'HTTP/1.1 200 \0',
    'HTTP/1.1 101 Go',
    'HTTP/1.1 099 x',
  ])('X5: refuses the status line %j', (line) => {
    expect(() => parseHttpHead(head(line))).toThrow(/cannot be read/);
  });

  it('M18 X5: says how a body is compressed, and lets the status of a refusal speak', () => {
    const coded = 'content-encoding: zstd';
    expect(() => parseHttpHead(head('HTTP/1.1 200 OK', coded))).toThrow(/compressed \(zstd\)/);
    expect(parseHttpHead(head('HTTP/1.1 429 No', coded)).status).toBe(429);
    expect(parseHttpHead(head('HTTP/1.1 200 OK', 'content-encoding: identity')).status).toBe(200);
  });

  it('X5: refuses a coding from HTTP/1.0', () => {
    expect(() => parseHttpHead(head('HTTP/1.0 200 OK', 'transfer-encoding: chunked'))).toThrow(
      /1\.0/,
    );
  });

  it('X5: reads 64 KiB of blanks in a moment', () => {
    const before = performance.now();
    parseHttpHead(head('HTTP/1.1 200 OK', `x: a${' '.repeat(65_000)}b${' '.repeat(300)}`));
    expect(performance.now() - before).toBeLessThan(100);
  });
});

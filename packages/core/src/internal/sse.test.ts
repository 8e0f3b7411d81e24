import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseReader } from './sse.ts';

type Event = readonly [data: string, event: string];

function read(pieces: readonly Uint8Array[], maxLength?: number): readonly Event[] {
  const events: Event[] = [];
  const reader = createSseReader({
    onEvent: (data, event) => events.push([data, event]),
    ...(maxLength === undefined ? {} : { maxLength }),
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return events;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function cut(whole: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort(
    (a, b) => a - b,
  );
  return [...ends, whole.length].map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
}

describe('the reader of server-sent events', () => {
  it.each([
    ['an event', 'data: one\n\n', [['one', '']]],
    ['a name', 'event: ping\ndata: {}\n\n', [['{}', 'ping']]],
    ['several data lines', 'data: a\ndata: b\n\n', [['a\nb', '']]],
    [
      'CR LF',
      'data: a\r\n\r\ndata: b\r\n\r\n',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    [
      'CR alone',
      'data: a\r\rdata: b\r\r',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['comments and unknown fields', ': hello\nid: 1\ndataset: no\ndata: a\n\n', [['a', '']]],
    [
      'no space after the colon, and one that belongs to the data',
      'data:a\ndata:  b\n\n',
      [['a\n b', '']],
    ],
    ['data without a colon', 'data\n\n', [['', '']]],
    ['an event without data', 'event: ping\n\ndata: a\n\n', [['a', '']]],
    [
      'a last event without its empty line',
      'data: a\n\ndata: b',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['a byte order mark', '\uFEFFdata: a\n\n', [['a', '']]],
  ])('M6: reads %s', (_, text, events) => {
    expect(read([bytes(text)])).toEqual(events);
  });

  it('M6: gives the same events however the bytes are cut', () => {
    const line = fc.oneof(
      fc.constantFrom('data: a', 'data:b', 'data', 'event: x', ': c', 'id: 7', '', '', 'retry: 1'),
      fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    );
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')))
      .map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (whole, places) => {
        expect(read(cut(bytes(whole), places))).toEqual(read([bytes(whole)]));
      }),
      { numRuns: 500 },
    );
  });

  it('M6: gives the same events for bytes that are no text at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (whole, places) => {
        expect(read(cut(whole, places))).toEqual(read([whole]));
      }),
    );
  });

  it('M6: refuses a line without an end, and data without one, before memory fills', () => {
    expect(() => read([bytes('x'.repeat(101))], 100)).toThrow(
      expect.objectContaining({ code: 'model.protocol' }),
    );
    const lines = Array.from({ length: 20 }, () => bytes('data: 1234567890\n'));
    expect(() => read(lines, 100)).toThrow(expect.objectContaining({ code: 'model.protocol' }));
  });
});

import { request } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpParser } from './http-parser.ts';
import { parseCut } from './parse-cut.fixture.ts';
import { fetchWhole, serveRaw, type WholeAnswer } from './raw-server.fixture.ts';
import { socketTransport } from './socket-transport.ts';

/** An answer as a server may send it. */
interface GeneratedAnswer {
  readonly bytes: Buffer;
  readonly status: number;
  /** Names in lower case, repeated ones joined. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  readonly untilClose: boolean;
}

const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const fields = fc.array(fc.tuple(fc.constantFrom('X-A', 'x-a', 'X-Request-Id'), value), {
  maxLength: 4,
});
const interim = fc.constantFrom(
  '',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(2),
);
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.constant('x'.repeat(300)),
);
const reason = fc.constantFrom('', ' ', ' OK', ' Not what you think');
const status = fc.constantFrom(200, 201, 400, 404, 429, 500, 503);
const chunkForm = fc.record({
  upper: fc.boolean(),
  zeros: fc.constantFrom('', '0', '000'),
  extension: fc.constantFrom('', ';a', ';a=b', ';a="b c"'),
});

/** Well-formed answers with bodies of every kind. */
const generatedAnswer: fc.Arbitrary<GeneratedAnswer> = fc
  .record({
    interim,
    status,
    reason,
    fields,
    pieces: fc.array(fc.tuple(piece, chunkForm), { maxLength: 6 }),
    kind: fc.constantFrom('length', 'chunked', 'until-close', 'none'),
    old: fc.boolean(),
    trailers: fc.constantFrom('', 'x-t: 1\r\n', 'x-t: 1\r\nx-u:\r\n'),
  })
  .map((parts) => {
    const empty = parts.kind === 'none';
    const texts = empty ? [] : parts.pieces.map(([text]) => text);
    const body = texts.join('');
    const version = parts.old && parts.kind !== 'chunked' ? '1.0' : '1.1';
    const code = empty ? 204 : parts.status;
    const chunks = parts.pieces.map(([text, form]) => chunkOf(text, form)).join('');
    const framing = {
      length: `Content-Length: ${Buffer.byteLength(body)}\r\n`,
      chunked: 'Transfer-Encoding: Chunked\r\n',
    };
    const head = [
      `HTTP/${version} ${code}${parts.reason}\r\n`,
      ...parts.fields.map(([name, text]) => `${name}: ${text}\r\n`),
      parts.kind === 'length' || parts.kind === 'chunked' ? framing[parts.kind] : '',
      '\r\n',
    ].join('');
    const sent = parts.kind === 'chunked' ? `${chunks}0\r\n${parts.trailers}\r\n` : body;
    return {
      bytes: Buffer.from(parts.interim + head + sent),
      status: code,
      fields: joined(parts.fields),
      body,
      untilClose: parts.kind === 'until-close',
    };
  });

const cuts = fc.array(fc.nat(3000), { maxLength: 20 });
const everyByte = (bytes: Uint8Array): readonly number[] => [...bytes.keys()];

/** The same request through Node's own client. */
function nodeFetch(origin: string, path: string): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (bytes: Buffer) => pieces.push(bytes));
      response.on('error', reject);
      response.on('end', () => {
        const get = (name: string): string | null => String(response.headers[name] ?? '') || null;
        const body = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: { get }, body });
      });
    })
      .on('error', reject)
      .end();
  });
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

describe('the answer parser', () => {
  it('M9: reads the same answer however its bytes are cut', () => {
    fc.assert(
      fc.property(generatedAnswer, cuts, (answer, places) => {
        const expected = { outcome: 'whole', status: answer.status, body: answer.body };
        expect(parseCut(answer.bytes, places)).toEqual(expected);
        expect(parseCut(answer.bytes, everyByte(answer.bytes))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('M9: gives what the client of Node gives for the same bytes over a real socket', async () => {
    const answers = fc.sample(generatedAnswer, 80);
    await using server = await serveRaw((socket, text) => {
      const answer = answers[Number(/ \/(\d+) /.exec(text)?.[1])];
      if (answer === undefined) return;
      const half = answer.bytes.length >> 1;
      socket.write(answer.bytes.subarray(0, half));
      setImmediate(() => {
        socket.write(answer.bytes.subarray(half));
        if (answer.untilClose) socket.end();
      });
    });
    using transport = socketTransport(server.origin, {});
    for (const [index, answer] of answers.entries()) {
      const ours = await fetchWhole(transport, { path: `/${index}` });
      const theirs = await nodeFetch(server.origin, `/${index}`);
      expect([ours.status, ours.body]).toEqual([theirs.status, theirs.body]);
      expect([ours.status, ours.body]).toEqual([answer.status, answer.body]);
      for (const name of ['x-a', 'x-request-id', 'content-length', 'absent']) {
        expect(ours.headers.get(name)).toBe(theirs.headers.get(name));
      }
      expect(ours.headers.get('x-a')).toBe(answer.fields['x-a'] ?? null);
    }
  });

  it('X5: refuses damaged answers alike however they are cut, and never but with a sentence', () => {
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        generatedAnswer,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        cuts,
        (answer, damages, places) => {
          let bytes = new Uint8Array(answer.bytes);
          for (const { at, remove, insert } of damages) {
            const start = at % bytes.length;
            bytes = new Uint8Array([
              ...bytes.slice(0, start),
              ...insert,
              ...bytes.slice(start + remove),
              10,
            ]);
          }
          const whole = parseCut(bytes, []);
          expect(whole.outcome).toMatch(
            /^(whole|cut|overrun|ModelError: the server's answer cannot be read: .+)$/,
          );
          expect(parseCut(bytes, everyByte(bytes))).toEqual(whole);
          expect(parseCut(bytes, places)).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('X5: is not led astray by any bytes at all', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom(
          '',
          'HTTP/1.1 200\r\n',
          'HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n',
        ),
        (noise, start) => {
          const bytes = Buffer.concat([Buffer.from(start), noise]);
          expect(parseCut(bytes, [])).toEqual(parseCut(bytes, everyByte(bytes)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('M18: knows at its first byte what is no HTTP', () => {
    const parser = new HttpParser({ onHead: () => undefined, onBody: () => undefined });
    expect(parser.push(Buffer.from('HT'))).toBe(false);
    expect(() => parser.push(Buffer.from('ML'))).toThrow(/it is no HTTP\/1; check/);
  });

  it.each([
    [
      'a head without end',
      'HTTP/1.1 200 OK\r\nx: '.padEnd(64 * 1024, 'a'),
      'x',
      /head is too long/,
    ],
    ['interim heads without end', '', 'HTTP/1.1 100 Continue\r\n\r\n', /head is too long/],
    ['a chunk extension without end', `${CHUNKED}5;`, 'x', /line of a chunk size is too long/],
    ['a chunk size without end', CHUNKED, '0', /chunk is too large/],
    ['trailers without end', `${CHUNKED}0\r\n`, 'x: y\r\n', /trailer is too long/],
  ])('X5: does not hold %s', (_, start, more, sentence) => {
    const parser = new HttpParser({ onHead: () => undefined, onBody: () => undefined });
    const flood = (): void => {
      parser.push(Buffer.from(start));
      for (let sent = 0; sent < 90_000; sent += more.length) parser.push(Buffer.from(more));
    };
    expect(flood).toThrow(sentence);
  });

  it('M9: moves the chunks of one read together, and gives them as one piece', () => {
    const pieces: string[] = [];
    const parser = new HttpParser({
      onHead: () => undefined,
      onBody: (bytes) => pieces.push(Buffer.from(bytes).toString()),
    });
    expect(parser.push(Buffer.from(`${CHUNKED}3\r\none\r\n4\r\n two\r\n6\r\n t`))).toBe(false);
    expect(parser.push(Buffer.from('hr'))).toBe(false);
    expect(pieces).toEqual(['one two t', 'hr']);
  });

  it('X5: tells an answer from what comes behind it', () => {
    const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n');
    expect(parseCut(answer, [])).toEqual({ outcome: 'overrun', status: 200, body: 'ok' });
  });
});

function chunkOf(text: string, form: { upper: boolean; zeros: string; extension: string }): string {
  const size = Buffer.byteLength(text).toString(16);
  return `${form.zeros}${form.upper ? size.toUpperCase() : size}${form.extension}\r\n${text}\r\n`;
}

function joined(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [written, text] of pairs) {
    const name = written.toLowerCase();
    out[name] = out[name] === undefined ? text : `${out[name]}, ${text}`;
  }
  return out;
}

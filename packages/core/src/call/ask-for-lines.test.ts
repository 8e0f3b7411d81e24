import { describe, expect, it } from 'vitest';
import type { CallContext, Model } from '../spec/model.ts';
import { askForLines, type LineCall } from './ask-for-lines.ts';
import { generate } from './generate.ts';
import { messageText } from './message-text.ts';
import { type TextPiece, textAnswer } from './text-answer.ts';

/** A context whose network answers with these pieces. */
function answering(pieces: readonly (string | Uint8Array)[], init: ResponseInit = {}) {
  const seen: { url?: string; init?: RequestInit | undefined } = {};
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
  const fetch: typeof globalThis.fetch = async (input, sent) => {
    Object.assign(seen, { url: String(input), init: sent });
    return new Response(ReadableStream.from(bytes), init);
  };
  return { seen, ctx: { signal: AbortSignal.timeout(5000), fetch } };
}

async function linesOf(
  ctx: CallContext,
  more: Partial<LineCall> = {},
): Promise<readonly unknown[]> {
  const lines = [];
  for await (const line of askForLines('http://x/say', {
    where: 'x/m',
    body: { a: 1 },
    ctx,
    ...more,
  }))
    lines.push(line);
  return lines;
}

describe('lines of JSON that a server is asked for', () => {
  it('M8: come parsed, however the network cut them, the last also without its end', async () => {
    const euro = Buffer.from('{"a":"€"}\n');
    const { ctx, seen } = answering([
      euro.subarray(0, 7),
      euro.subarray(7),
      '\n{"b"',
      ':2}\n{"c":3}',
    ]);
    expect(await linesOf({ ...ctx, headers: { trace: 't' } })).toEqual([
      { a: '€' },
      { b: 2 },
      { c: 3 },
    ]);
    expect(seen.init).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', trace: 't' },
    });
  });

  it.each([
    [
      'a refusal',
      ['{"error":{"message":"Later."}}'],
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'rate-limit', status: 429, retryAfterMs: 7000 },
    ],
    ['a redirect', [''], { status: 307, headers: { location: 'http://y' } }, { status: 307 }],
    [
      'what is no JSON',
      ['squawk\n'],
      {},
      { kind: 'protocol', message: expect.stringContaining('squawk') },
    ],
  ])('M8 M18: %s is a ModelError that says so', async (_, pieces, init, error) => {
    await expect(linesOf(answering(pieces, init).ctx)).rejects.toMatchObject(error);
  });

  it('M8 M18: of any length are not read, nor refusals', async () => {
    const endless = Array.from({ length: 50 }, () => 'x'.repeat(100));
    const long = linesOf(answering(endless).ctx, { mostCharacters: 1000 });
    await expect(long).rejects.toMatchObject({ kind: 'protocol' });
    const refusal = linesOf(answering(['x'.repeat(200_000)], { status: 500 }).ctx);
    await expect(refusal).rejects.toMatchObject({ kind: 'server' });
  });

  it('M8 K6: end with the call', async () => {
    const { ctx, seen } = answering(['{}\n']);
    const aborted = linesOf({ ...ctx, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted' });
    expect(seen.url).toBeUndefined();
  });
});

describe('an answer of text', () => {
  const model = (pieces: readonly TextPiece[], fail?: Error): Model => ({
    spec: 'model/1',
    info: {
      id: 'm',
      provider: 'x',
      can: { tools: false, json: 'none', reasoning: false, image: false },
    },
    async *stream(_, __) {
      yield* textAnswer(
        (async function* () {
          if (fail !== undefined) throw fail;
          yield* pieces;
        })(),
        { model: 'm', warnings: [{ kind: 'unsupported', what: 'tools' }] },
        (piece) => piece,
      );
    },
  });
  const ask = (one: Model) =>
    generate(one, { messages: [] }, { signal: AbortSignal.timeout(5000) });

  it('M8: is its pieces, with what was warned of, and what was counted', async () => {
    const usage = { input: { total: 3 }, output: { total: 2 } };
    const answer = await ask(
      model([{ text: 'Hel' }, {}, { text: 'lo.' }, { reason: 'length', usage }, { text: '!' }]),
    );
    expect(answer).toMatchObject({ text: 'Hello.', reason: 'length', usage, model: 'm' });
    expect(answer.warnings).toHaveLength(1);
    expect((await ask(model([{ reason: 'stop' }]))).parts).toEqual([]);
  });

  it('M8 M18: is cut where its pieces run out, and has not begun where none came', async () => {
    const cut = ask(model([{ text: 'Hel' }]));
    await expect(cut).rejects.toMatchObject({ kind: 'interrupted', partial: [{ text: 'Hel' }] });
    await expect(ask(model([], new Error('no')))).rejects.toMatchObject({ begun: false });
  });

  it('M8: hears the text of a message alone', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'reasoning', text: 'b' },
      { type: 'text', text: 'c' },
    ] as const;
    expect(messageText({ role: 'user', parts })).toBe('ac');
  });
});

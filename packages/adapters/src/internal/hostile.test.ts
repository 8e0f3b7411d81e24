import { generate, type ModelError } from '@overseer/core/plugin';
import type { CallContext, Model } from '@overseer/core/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { everyAdapter } from './every-adapter.fixture.ts';
import { answerWith, hostileCases } from './hostile-cases.fixture.ts';
import { type RawServer, serveRaw } from './raw-server.fixture.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};
/** What a server may have sent before it was left: our bounds, and what sockets and streams hold. */
const MOST_BYTES = 64 * 1024 * 1024;

const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

async function failureOf(
  model: Model,
  patienceMs: number,
  more: Partial<CallContext> = {},
): Promise<ModelError> {
  const ctx = { signal: AbortSignal.timeout(patienceMs), ...more };
  const error: unknown = await generate(model, REQUEST, ctx).then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  return error as ModelError;
}

/** Those that have sockets of their own, and go through a `fetch` only where a call brings one. */
const ownSockets = everyAdapter.filter(({ name }) =>
  /^(openai-compatible|lmstudio|google|cohere|ollama)/.test(name),
);

describe.each(ownSockets)('the adapter $name by the fetch of a call, and', (adapter) => {
  it.each(hostileCases)('M9 M18: $what', { tags: ['slow'], timeout: 30_000 }, async (one) => {
    const { kinds, answer, patienceMs = 20_000, idleTimeoutMs = 20_000 } = one;
    await using server = await serveRaw((socket) => void answer(socket, adapter.dialect));
    const model = adapter.create('m', server.origin, { idleTimeoutMs });
    const network: typeof fetch = (input, init) => fetch(input, init);
    const { kind, message } = await failureOf(model, patienceMs, { fetch: network });
    expect(kinds, message).toContain(kind);
    await allClosed(server);
    for (const { bytesWritten } of server.sockets)
      expect(bytesWritten).toBeLessThan(one.mostBytes ?? MOST_BYTES);
  });

  it('M9 M11: a redirect does not take the key and the prompt to another host', async () => {
    await using other = await serveRaw((socket) => void socket.end());
    await using server = await serveRaw((socket) => {
      const head = `HTTP/1.1 307 Elsewhere\r\nlocation: ${other.origin}/v1`;
      socket.end(`${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
    const network: typeof fetch = (input, init) => fetch(input, init);
    await failureOf(adapter.create('m', server.origin), 5_000, { fetch: network });
    expect(server.requests.length).toBeGreaterThan(0);
    expect(other.requests).toEqual([]);
  });
});

async function allClosed({ sockets }: RawServer): Promise<void> {
  const open = (): number => sockets.filter(({ destroyed }) => !destroyed).length;
  await expect.poll(open, { timeout: 5_000 }).toBe(0);
}

describe.each(everyAdapter)('the adapter $name and a server that sends', (adapter) => {
  it.each(hostileCases)('M9 M18: $what', { tags: ['slow'], timeout: 30_000 }, async (one) => {
    const { kinds, answer, patienceMs = 20_000, idleTimeoutMs = 20_000 } = one;
    const { mostBytes = MOST_BYTES } = one;
    await using server = await serveRaw((socket) => void answer(socket, adapter.dialect));
    const model = adapter.create('m', server.origin, { idleTimeoutMs });
    const since = performance.now();
    const { kind, message } = await failureOf(model, patienceMs);
    expect(kinds, message).toContain(kind);
    expect(performance.now() - since).toBeLessThan(10_000);
    await allClosed(server);
    const sent = server.sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    expect(sent).toBeLessThan(mostBytes);
  });

  it.each(['-7', '1e300', '1.5', '"many"', 'null', 'NaN'])(
    'M9: %s tokens in its account',
    async (tokens) => {
      await using server = await serveRaw((socket) => {
        socket.end(answerWith(adapter.dialect, tokens));
      });
      const ctx = { signal: AbortSignal.timeout(5000) };
      const call = generate(adapter.create('m', server.origin), REQUEST, ctx);
      const ended = await call.then(
        ({ usage }) => usage,
        (error: unknown) => (error as ModelError).kind,
      );
      if (typeof ended === 'string') {
        expect(ended).toBe('protocol');
        return;
      }
      const { input, output } = ended;
      for (const count of [input.total, input.cacheRead, output.total, output.reasoning]) {
        expect(count === undefined || (Number.isInteger(count) && count >= 0)).toBe(true);
        expect(count ?? 0).toBeLessThanOrEqual(1e9);
      }
    },
  );

  it('M9: bytes that are no UTF-8', async () => {
    await using server = await serveRaw((socket) => {
      socket.end(answerWith(adapter.dialect, '3', Buffer.from([72, 0xff, 0xc3, 105])));
    });
    const ctx = { signal: AbortSignal.timeout(5000) };
    const { text } = await generate(adapter.create('m', server.origin), REQUEST, ctx);
    expect(text).toBe('H\uFFFD\uFFFDi');
  });

  it('M9: 10 MB of text arrive whole', { tags: ['slow'], timeout: 30_000 }, async () => {
    const said = 'ä'.repeat(5 * 1024 * 1024);
    await using server = await serveRaw((socket) => {
      socket.end(answerWith(adapter.dialect, '3', said));
    });
    const ctx = { signal: AbortSignal.timeout(20_000) };
    const { text } = await generate(adapter.create('m', server.origin), REQUEST, ctx);
    expect(text.length).toBe(said.length);
    expect(text === said).toBe(true);
  });

  it('M9: more than a slow reader takes, is held back', { tags: ['slow'] }, async () => {
    const endless = hostileCases.find(({ what }) => what === 'an answer that never ends');
    await using server = await serveRaw((socket) => {
      void endless?.answer(socket, adapter.dialect);
    });
    const ctx = { signal: AbortSignal.timeout(20_000) };
    const model = adapter.create('m', server.origin);
    const events = model.stream(REQUEST, ctx)[Symbol.asyncIterator]();
    for (let step = await events.next(); step.done !== true; step = await events.next()) {
      if (step.value.type === 'delta') break;
    }
    const sent = (): number => server.sockets.reduce((sum, one) => sum + one.bytesWritten, 0);
    let before = -1;
    // What lies between fills up first.
    while (sent() !== before) {
      before = sent();
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(before).toBeLessThan(2 * MOST_BYTES);
    }
    await events.return?.();
    await allClosed(server);
  });
});

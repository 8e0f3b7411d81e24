import { generate } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { serveRaw } from '../internal/raw-server.fixture.ts';
import { google } from './google.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';

function event(parts: readonly object[], more: object, usage?: number): string {
  const candidates = [{ content: { role: 'model', parts }, index: 0, ...more }];
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: usage };
  const response = { candidates, ...(usage === undefined ? {} : { usageMetadata }) };
  return `data: ${JSON.stringify(response)}\n\n`;
}

describe('an answer of Google that has said why it ended', () => {
  it('M9: takes the signature and the counts that come after that', async () => {
    await using server = await serveRaw((socket) => {
      socket.write(HEAD + event([{ text: 'Hello.' }], { finishReason: 'STOP' }, 5));
      const last = event([{ text: '', thoughtSignature: 'c2ln' }], {}, 9);
      setTimeout(() => socket.end(last), 30);
    });
    using model = google('m', { apiKey: 'k', baseURL: server.origin });
    const { parts, usage, reason } = await generate(model, REQUEST, {
      signal: AbortSignal.timeout(5_000),
    });
    expect(reason).toBe('stop');
    expect(usage.output.total).toBe(9);
    expect(parts).toEqual([
      { type: 'text', text: 'Hello.', meta: { google: { signatureAfter: 'c2ln' } } },
    ]);
  });

  it('M9: is whole soon, where the server leaves its connection open', async () => {
    await using server = await serveRaw((socket) => {
      socket.write(HEAD + event([{ text: 'Hello.' }], { finishReason: 'STOP' }, 5));
    });
    using model = google('m', { apiKey: 'k', baseURL: server.origin });
    const since = performance.now();
    const { text } = await generate(model, REQUEST, { signal: AbortSignal.timeout(5_000) });
    expect(text).toBe('Hello.');
    expect(performance.now() - since).toBeLessThan(2_000);
  });

  it('M9 M12: is whole without its counts too, which are left out and not 0', async () => {
    await using server = await serveRaw((socket) => {
      socket.write(HEAD + event([{ text: 'Hello.' }], { finishReason: 'STOP' }));
    });
    using model = google('m', { apiKey: 'k', baseURL: server.origin, idleTimeoutMs: 60_000 });
    const signal = AbortSignal.timeout(10_000);
    const { text, usage } = await generate(model, REQUEST, { signal });
    expect(text).toBe('Hello.');
    expect(usage).toEqual({ input: {}, output: {} });
  });

  it('M9: waits longer for its counts than for what else may come', async () => {
    await using server = await serveRaw((socket) => {
      socket.write(HEAD + event([{ text: 'Hello.' }], { finishReason: 'STOP' }));
      setTimeout(() => socket.write(event([], {}, 9)), 400);
    });
    using model = google('m', { apiKey: 'k', baseURL: server.origin });
    const { usage } = await generate(model, REQUEST, { signal: AbortSignal.timeout(10_000) });
    expect(usage.output.total).toBe(9);
  });

  it('M9 M18: that was cut off before it said so, is none', async () => {
    await using server = await serveRaw((socket) => {
      socket.end(HEAD + event([{ text: 'Hello.' }], {}, 5));
    });
    using model = google('m', { apiKey: 'k', baseURL: server.origin });
    const call = generate(model, REQUEST, { signal: AbortSignal.timeout(5_000) });
    await expect(call).rejects.toMatchObject({ kind: 'interrupted' });
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from '@overseer/core/plugin';
import type { Message, ModelRequest } from '@overseer/core/spec';
import { describe, expect, it, vi } from 'vitest';
import { startMockService } from '../mock-llm/index.ts';
import { ollama } from './ollama.ts';

const REQUEST: ModelRequest = { messages: [said('hi')] };

describe('the wire of Ollama', () => {
  it('M9: takes several tool calls without ids, gives each its own, and sends them back with what was thought', async () => {
    const call = (city: string): object => ({ function: { name: 'get', arguments: { city } } });
    await using old = await serve([
      { model: 'm', message: { role: 'assistant', content: '', thinking: 'Two.' }, done: false },
      {
        model: 'm',
        message: { content: '', tool_calls: [call('Oslo'), call('Rome')] },
        done: false,
      },
      { model: 'm', message: { content: '' }, done: true, done_reason: 'stop', eval_count: 9 },
    ]);
    using model = ollama('m', { baseURL: old.url, verify: false });
    const answer = await generate(model, REQUEST, ctx());
    expect(answer.reason).toBe('tool-calls');
    expect(answer.usage).toEqual({ input: {}, output: { total: 9 }, raw: { eval_count: 9 } });
    const calls = answer.parts.filter((part) => part.type === 'tool-call');
    expect(calls.map(({ input }) => input)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    const results = calls.map(({ id, name }) => ({
      type: 'tool-result' as const,
      id,
      name,
      output: { c: 1 },
    }));
    const foreign = { type: 'reasoning' as const, text: 'Elsewhere.', meta: { other: {} } };
    await generate(
      model,
      {
        messages: [
          ...REQUEST.messages,
          { role: 'assistant', parts: [foreign, ...answer.parts] },
          { role: 'tool', parts: results },
        ],
      },
      ctx(),
    );
    expect(old.bodies.at(-1)).toMatchObject({
      messages: [
        {},
        {
          role: 'assistant',
          thinking: 'Two.',
          tool_calls: [
            { id: calls[0]?.id, function: { name: 'get', arguments: { city: 'Oslo' } } },
            {},
          ],
        },
        { role: 'tool', tool_name: 'get', tool_call_id: calls[0]?.id, content: '{"c":1}' },
        { role: 'tool', tool_call_id: calls[1]?.id },
      ],
    });
  });

  it('M5: warns when another model answers', async () => {
    await using other = await serve([{ model: 'n', message: { content: 'x' }, done: true }]);
    using model = ollama('m', { baseURL: other.url, verify: false });
    const { warnings, reason } = await generate(model, REQUEST, ctx());
    expect(reason).toBe('stop');
    expect(warnings).toEqual([
      { kind: 'adjusted', what: 'model', detail: 'n answered instead of m' },
    ]);
  });

  it('M3: works with a server that speaks only a part of the API', async () => {
    await using builtIn = await startMockService();
    const partly: typeof globalThis.fetch = (input, init) =>
      /\/api\/(ps|show)$/.test(String(input))
        ? Promise.resolve(new Response('404 page not found', { status: 404 }))
        : fetch(input, init);
    using model = ollama('m', { baseURL: builtIn.url });
    const { text, warnings } = await generate(model, REQUEST, { ...ctx(), fetch: partly });
    expect([text, warnings]).toEqual(['Hello from mock.', []]);
    const [listed] = await model.list({ ...ctx(), fetch: partly });
    expect(listed).toEqual({ id: 'm:latest' });
  });

  it('M18: a page that is no Ollama is a protocol error, and no server a network error', async () => {
    await using page = await serve('<html>Hello</html>');
    using model = ollama('m', { baseURL: page.url, verify: false });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({ kind: 'protocol' });
    using none = ollama('m', { baseURL: 'http://127.0.0.1:1' });
    await expect(generate(none, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'network',
      retryable: true,
    });
  });

  it('M9: gives up a stream that has gone silent, and closes its socket', async () => {
    await using builtIn = await startMockService();
    using model = ollama('stall', { baseURL: builtIn.url, verify: false, idleTimeoutMs: 60 });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'timeout',
      partial: [{ type: 'text' }],
    });
    await vi.waitFor(() => expect(builtIn.requests[0]?.closedEarly).toBe(true));
  });

  it('M11: sends its key, and never tells it', async () => {
    await using refusing = await serve('{"error":"unauthorized key-very-secret-1"}', 401);
    using model = ollama('m', {
      baseURL: refusing.url,
      verify: false,
      apiKey: 'key-very-secret-1',
    });
    const error = await generate(model, REQUEST, ctx()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'auth' });
    expect(String(error)).not.toContain('very-secret');
    expect(refusing.headers.at(-1)?.['authorization']).toBe('Bearer key-very-secret-1');
  });
});

function said(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

/** A server that answers every request with these lines, or this text. */
async function serve(answer: readonly object[] | string, status = 200) {
  const bodies: unknown[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const text =
    typeof answer === 'string' ? answer : answer.map((one) => JSON.stringify(one)).join('\n');
  const server = createServer((request, response) => {
    headers.push(request.headers);
    let body = '';
    request.on('data', (bytes) => {
      body += String(bytes);
    });
    request.on('end', () => {
      bodies.push(JSON.parse(body || 'null'));
      response.writeHead(status, { 'content-type': 'application/x-ndjson' });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    headers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { execFile } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { promisify } from 'node:util';
import { generate } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from './openai-compatible.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

/** A server that answers as told, and remembers its sockets and bodies. */
async function serve(answer: (response: ServerResponse, body: string) => void) {
  const sockets = new Set<Socket>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    let body = '';
    request.on('data', (bytes) => {
      body += String(bytes);
    });
    request.on('end', () => {
      bodies.push(body);
      answer(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sockets,
    bodies,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const DONE =
  'data: {"id":"c","model":"m","choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

describe('the OpenAI-compatible adapter', () => {
  it('M1: keeps its connection between calls, and closes it when disposed', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(DONE);
    });
    const model = openaiCompatible('m', { baseURL: server.url });
    for (let call = 0; call < 5; call++) {
      expect((await generate(model, REQUEST, ctx())).text).toBe('ok');
    }
    expect(server.sockets.size).toBe(1);
    model[Symbol.dispose]();
    const [socket] = server.sockets;
    await vi.waitFor(() => expect(socket?.destroyed).toBe(true));
    expect((await generate(model, REQUEST, ctx())).text).toBe('ok');
  });

  it('M1: does not send on a connection that its server is about to close', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'keep-alive': 'timeout=1' });
      response.end(DONE);
    });
    using model = openaiCompatible('m', { baseURL: server.url });
    await generate(model, REQUEST, ctx());
    await new Promise((resolve) => setTimeout(resolve, 20));
    await generate(model, REQUEST, ctx());
    expect(server.sockets.size).toBe(2);
  });

  it('M9: is done at [DONE], also where the server leaves the connection open', async () => {
    await using server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(DONE);
    });
    using model = openaiCompatible('m', { baseURL: server.url, idleTimeoutMs: 40 });
    expect((await generate(model, REQUEST, ctx())).text).toBe('ok');
    const [socket] = server.sockets;
    await vi.waitFor(() => expect(socket?.destroyed).toBe(true));
  });

  it('M9: reads a server that does not stream', async () => {
    await using server = await serve((response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(
        '{"model":"m","choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}',
      );
    });
    using model = openaiCompatible('m', { baseURL: server.url });
    expect((await generate(model, REQUEST, ctx())).text).toBe('whole');
  });

  it('M9: sends tools that were serialised once, raw options under its name, and asks for usage', async () => {
    await using server = await serve((response) => response.writeHead(200).end(DONE));
    using model = openaiCompatible('m', { baseURL: server.url, provider: 'vllm' });
    const tools = [{ name: 'get', input: { type: 'object' } }];
    await generate(model, { ...REQUEST, tools, maxTokens: 5 }, ctx());
    await generate(model, { ...REQUEST, tools, maxTokens: 5 }, ctx());
    await generate(model, { ...REQUEST, tools, options: { vllm: { top_k: 3 } } }, ctx());
    const [first, second, third] = server.bodies.map((body) => JSON.parse(body) as object);
    expect(first).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 5,
      tools: [{ type: 'function', function: { name: 'get', parameters: { type: 'object' } } }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(second).toEqual(first);
    expect(third).toMatchObject({ top_k: 3, stream: true, tools: [{ type: 'function' }] });
  });

  it('M4: a wrong name fails with the names there are', async () => {
    using model = openaiCompatible('err-404', { baseURL: service.url });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      availableModels: expect.arrayContaining(['m']),
    });
  });

  it('M3: lists what the server has', async () => {
    using model = openaiCompatible('m', { baseURL: service.url });
    expect((await model.list?.(ctx()))?.map(({ id }) => id)).toContain('m-tool');
  });

  it('M18: a server that is not there is a network failure that another try may cure', async () => {
    using model = openaiCompatible('m', { baseURL: 'http://127.0.0.1:1' });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'network',
      retryable: true,
      providerCode: 'ECONNREFUSED',
    });
  });

  it('M9: gives up a stream that has gone silent, and closes its socket', async () => {
    using model = openaiCompatible('stall', { baseURL: service.url, idleTimeoutMs: 60 });
    const before = service.requests.filter(({ closedEarly }) => closedEarly).length;
    const error = await generate(model, REQUEST, ctx()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'timeout', partial: [{ type: 'text' }] });
    await vi.waitFor(() => {
      const closed = service.requests.filter(({ closedEarly }) => closedEarly).length;
      expect(closed).toBe(before + 1);
    });
  });

  it('M1: neither its import nor its idle connections keep a process alive, and the import loads no HTTP client', async () => {
    const script = `
      const { openaiCompatible } = await import('@overseer/adapters/openai-compatible');
      const { generate } = await import('@overseer/core/plugin');
      const http = process.moduleLoadList.filter((name) => name === 'NativeModule http').length;
      const model = openaiCompatible('m', { baseURL: ${JSON.stringify(service.url)} });
      const request = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] };
      const { text } = await generate(model, request, { signal: new AbortController().signal });
      console.log(JSON.stringify({ http, text }));`;
    const args = ['--conditions=@overseer/source', '--input-type=module', '-e', script];
    const options = { cwd: import.meta.dirname, timeout: 10_000 };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    expect(JSON.parse(stdout)).toEqual({ http: 0, text: 'Hello from mock.' });
  });
});

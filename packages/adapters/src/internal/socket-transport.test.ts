import dns from 'node:dns';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { generate } from '@overseer/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openaiCompatible } from '../openai-compatible/index.ts';
import type { HttpExchange, HttpTransport } from './http-call.ts';
import { fetchWhole, serveRaw } from './raw-server.fixture.ts';
import { socketTransport } from './socket-transport.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const open: HttpTransport[] = [];
afterEach(() => {
  for (const transport of open.splice(0)) transport[Symbol.dispose]();
});

/** A transport that is disposed after its test. */
function kept(transport: HttpTransport): HttpTransport {
  open.push(transport);
  return transport;
}

const nothing = (): undefined => undefined;
const post = (body: string) => ({ method: 'POST' as const, path: '/v1/chat', body });

describe('our own transport of HTTP', () => {
  it('M1: has its socket free in the turn in which the answer ends', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    const transport = kept(socketTransport(server.origin, {}));
    await new Promise<void>((resolve, reject) => {
      let left = 20;
      const onEnd = (): void => {
        if (left-- === 0) resolve();
        else
          transport.send({
            ...post('x'),
            onHead: nothing,
            onData: nothing,
            onEnd,
            onError: reject,
          });
      };
      onEnd();
    });
    expect([server.sockets.length, server.requests.length]).toEqual([1, 20]);
  });

  it('M1: a POST that an idle socket swallowed is not sent again, and the next does not meet the same', async () => {
    await using server = await serveRaw((socket, _request, nth) => {
      if (nth === 1) setTimeout(() => socket.write(OK), 5);
      else socket.destroy();
    });
    const transport = kept(socketTransport(server.origin, {}));
    await Promise.all(['1', '2', '3'].map((text) => fetchWhole(transport, post(text))));
    const error = await fetchWhole(transport, post('once')).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/without an answer|ECONNRESET/);
    expect(server.requests.filter((request) => request.endsWith('once')).length).toBe(1);
    expect((await fetchWhole(transport, post('again'))).body).toBe('ok');
    expect(server.sockets.length).toBe(4);
  });

  it('M1: a GET that an idle socket swallowed is sent again, once', async () => {
    await using server = await serveRaw((socket, request, nth) => {
      if (nth === 1 && !request.includes('/never')) socket.write(OK);
      else socket.end();
    });
    const transport = kept(socketTransport(server.origin, {}));
    await fetchWhole(transport);
    expect((await fetchWhole(transport, { path: '/again' })).body).toBe('ok');
    await expect(fetchWhole(transport, { path: '/never' })).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ closed the connection without an answer; /),
    });
    const never = server.requests.filter((request) => request.includes('/never'));
    expect(never.length).toBe(2);
  });

  it('M1: uses no socket again that its server keeps for a second or less', async () => {
    await using server = await serveRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nkeep-alive: max=5, timeout=1\r\ncontent-length: 0\r\n\r\n'),
    );
    const transport = kept(socketTransport(server.origin, {}));
    await fetchWhole(transport);
    await fetchWhole(transport);
    expect(server.sockets.length).toBe(2);
    await vi.waitFor(() => expect(server.sockets.every(({ destroyed }) => destroyed)).toBe(true));
  });

  it('M9: a pause that the end overtakes does not stop the next request', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    const transport = kept(socketTransport(server.origin, {}));
    let exchange: HttpExchange | undefined;
    for (let sent = 0; sent < 3; sent++) {
      const onData = (): void => exchange?.pause();
      const answer = fetchWhole(transport, { onData }, (one) => {
        exchange = one;
      });
      expect((await answer).body).toBe('ok');
      exchange?.pause();
    }
    expect(server.sockets.length).toBe(1);
  });

  it('X5: keeps an answer with bytes behind it, but not its connection', async () => {
    await using server = await serveRaw((socket) => socket.write(`${OK}HTTP/1.1 200 OK\r\n`));
    const transport = kept(socketTransport(server.origin, {}));
    expect((await fetchWhole(transport)).body).toBe('ok');
    expect((await fetchWhole(transport)).body).toBe('ok');
    expect(server.sockets.length).toBe(2);
  });

  it('X5: takes nothing that a server says unasked for the next answer', async () => {
    await using server = await serveRaw((socket, _request, nth) => {
      socket.write(OK);
      if (nth === 1) setTimeout(() => socket.write(OK.replace('ok', 'no')), 5);
    });
    const transport = kept(socketTransport(server.origin, {}));
    await fetchWhole(transport);
    await once(server.sockets[0] as Socket, 'close');
    expect((await fetchWhole(transport)).body).toBe('ok');
    expect(server.sockets.length).toBe(2);
  });

  it('M1: gives a connection up whose server answered before it had the whole request', async () => {
    await using server = await serveRaw(() => undefined);
    const transport = kept(socketTransport(server.origin, {}));
    const answer = fetchWhole(transport, post('x'.repeat(30_000_000)));
    const socket = await vi.waitFor(() => {
      const [first] = server.sockets;
      if (first === undefined) throw new Error('not yet connected');
      return first;
    });
    socket.pause();
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n');
    expect((await answer).status).toBe(413);
    socket.resume();
    await once(socket, 'close');
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n\r\n'],
  ])('X5: closes the socket of a server that sends %s', async (_, bytes) => {
    await using server = await serveRaw((socket) => socket.write(bytes));
    const transport = kept(socketTransport(server.origin, {}));
    await expect(fetchWhole(transport)).rejects.toMatchObject({ code: 'model.protocol' });
    const socket = server.sockets[0] as Socket;
    if (!socket.destroyed) await once(socket, 'close');
    expect(server.requests.length).toBe(1);
  });

  it('M9: gives up a server that is silent after its head, or before it', async () => {
    await using server = await serveRaw((socket, _request) => {
      if (server.sockets.length === 1) socket.write('HTTP/1.1 200 OK\r\n\r\n');
    });
    using model = openaiCompatible('m', { baseURL: server.origin, idleTimeoutMs: 40 });
    for (const _case of ['after', 'before']) {
      const call = generate(model, { messages: [] }, { signal: AbortSignal.timeout(5000) });
      await expect(call).rejects.toMatchObject({ kind: 'timeout' });
    }
    await vi.waitFor(() =>
      expect(server.sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]),
    );
  });

  it('M18: names the first failed address of a name that has several', async () => {
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ];
    const lookup = vi
      .spyOn(dns, 'lookup')
      .mockImplementation(((
        _name: string,
        _options: object,
        tell: (error: null, found: object) => void,
      ) => setImmediate(() => tell(null, addresses))) as never);
    const transport = kept(socketTransport('http://two.example:1', {}));
    const error = await fetchWhole(transport).catch((thrown: unknown) => thrown);
    expect(lookup).toHaveBeenCalledOnce();
    lookup.mockRestore();
    const message = 'connect ECONNREFUSED 127.0.0.1:1';
    expect(error).toMatchObject({ code: 'ECONNREFUSED', message });
  });

  it('M18: a header that cannot be sent fails the call before it opens anything', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    using model = openaiCompatible('m', { baseURL: server.origin, headers: { 'x-a': 'a\nb' } });
    const call = generate(model, { messages: [] }, { signal: AbortSignal.timeout(5000) });
    await expect(call).rejects.toMatchObject({ kind: 'invalid', retryable: false });
    expect(server.sockets.length).toBe(0);
  });

  it('M1: closes its idle sockets when disposed, and can be used again', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    const transport = kept(socketTransport(server.origin, {}));
    await fetchWhole(transport);
    transport[Symbol.dispose]();
    await once(server.sockets[0] as Socket, 'close');
    expect((await fetchWhole(transport)).body).toBe('ok');
  });
});

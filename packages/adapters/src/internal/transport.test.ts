import { once } from 'node:events';
import type { Socket } from 'node:net';
import { toModelError } from '@overseer/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HttpTransport } from './http-call.ts';
import { nodeTransport } from './node-transport.ts';
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
const post = (body: string) => ({
  method: 'POST' as const,
  path: '/v1/chat?q=%C3%A9&r=',
  body,
});

describe.each([
  ['our own', socketTransport],
  ['Node’s', nodeTransport],
])('%s transport', (_, create) => {
  it('M9: sends path, query, headers and a body of any characters', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    const transport = kept(create(server.origin, { authorization: 'Bearer k' }));
    for (const text of ['{"a":1}', 'é😀', 'x'.repeat(3_000_000)]) {
      const call = { ...post(text), headers: { 'x-own': '1' } };
      expect((await fetchWhole(transport, call)).body).toBe('ok');
      const [head = '', body] = (server.requests.at(-1) ?? '').split('\r\n\r\n');
      expect(body).toBe(text);
      expect(head.startsWith('POST /v1/chat?q=%C3%A9&r= HTTP/1.1\r\n')).toBe(true);
      const names = ['authorization: Bearer k', 'x-own: 1', `host: ${new URL(server.origin).host}`];
      for (const line of names) expect(head.split('\r\n')).toContain(line);
    }
    expect(server.sockets.length).toBe(1);
  });

  it('M1: keeps one connection for 200 requests, one after the other', async () => {
    await using server = await serveRaw((socket) => socket.write(OK));
    const transport = kept(create(server.origin, {}));
    for (let sent = 0; sent < 200; sent++) {
      expect((await fetchWhole(transport, post(String(sent)))).body).toBe('ok');
    }
    expect([server.sockets.length, server.requests.length]).toEqual([1, 200]);
  });

  it('M1: gives each of many requests at once a connection of its own, and its own answer', async () => {
    await using server = await serveRaw((socket, request) => {
      const body = request.slice(-4);
      setTimeout(() => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n${body}`), 1);
    });
    const transport = kept(create(server.origin, {}));
    const texts = Array.from({ length: 100 }, (_text, index) => String(1000 + index));
    for (const _round of [1, 2]) {
      const answers = await Promise.all(texts.map((text) => fetchWhole(transport, post(text))));
      expect(answers.map(({ body }) => body)).toEqual(texts);
    }
    expect(server.sockets.length).toBe(100);
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab'],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n'],
    ['a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ])(
    'M18: says that the network failed where the server closes within %s',
    async (_kind, start) => {
      await using server = await serveRaw((socket) => socket.end(start));
      const transport = kept(create(server.origin, {}));
      const error = await fetchWhole(transport, post('x')).catch((thrown: unknown) => thrown);
      expect(toModelError(error)).toMatchObject({ kind: 'network', retryable: true });
    },
  );

  it('M9: waits while it is paused, and loses nothing', async () => {
    const size = 4_000_000;
    await using server = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      socket.write('x'.repeat(size));
    });
    const transport = kept(create(server.origin, {}));
    let seen = 0;
    let pauses = 0;
    let exchange: { pause(): void; resume(): void } | undefined;
    const onData = (bytes: Uint8Array): void => {
      seen += bytes.length;
      if (pauses > 2) return;
      pauses++;
      exchange?.pause();
      const atPause = seen;
      setTimeout(() => {
        // What was read already may still come.
        expect(seen - atPause).toBeLessThan(300_000);
        exchange?.resume();
      }, 20);
    };
    const answer = await fetchWhole(transport, { onData }, (sent) => {
      exchange = sent;
    });
    expect([answer.body.length, pauses]).toEqual([size, 3]);
    expect((await fetchWhole(transport)).body.length).toBe(size);
    expect(server.sockets.length).toBe(1);
  });

  it('K6: closing an exchange closes its socket, wherever it is, and says nothing more', async () => {
    await using server = await serveRaw((socket, request) => {
      if (request.includes('/late')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab');
    });
    const transport = kept(create(server.origin, {}));
    const told = vi.fn();
    for (const path of ['/early', '/late']) {
      const heard = Promise.withResolvers<void>();
      const exchange = transport.send({
        method: 'GET',
        path,
        onHead: nothing,
        onData: () => heard.resolve(),
        onEnd: told,
        onError: told,
      });
      await (path === '/late'
        ? heard.promise
        : vi.waitFor(() => expect(server.requests.length).toBe(1)));
      const socket = server.sockets.at(-1) as Socket;
      const closed = once(socket, 'close');
      exchange.close();
      exchange.close();
      await closed;
    }
    expect(told).not.toHaveBeenCalled();
  });

  it('M1: reaches a server by its IPv6 address', async () => {
    await using server = await serveRaw((socket) => socket.write(OK), '::1');
    const transport = kept(create(server.origin, {}));
    expect((await fetchWhole(transport)).body).toBe('ok');
    expect(server.requests[0]).toContain(`host: ${new URL(server.origin).host}\r\n`);
  });

  it('M1: sends on a new connection where the server closed the idle one, or said that it would', async () => {
    await using server = await serveRaw((socket, _request, nth) => {
      const say = server.sockets.length === 1 ? '' : 'connection: close\r\n';
      socket.write(`HTTP/1.1 200 OK\r\n${say}content-length: 2\r\n\r\nok`);
      if (nth === 2) setTimeout(() => socket.end(), 5);
    });
    const transport = kept(create(server.origin, {}));
    await fetchWhole(transport, post('1'));
    await fetchWhole(transport, post('2'));
    await once(server.sockets[0] as Socket, 'close');
    for (const text of ['3', '4', '5']) {
      expect((await fetchWhole(transport, post(text))).body).toBe('ok');
    }
    expect(server.sockets.length).toBe(4);
  });
});

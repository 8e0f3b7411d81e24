import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { HeaderReader } from '@overseer/core/plugin';
import type { HttpCall, HttpExchange, HttpTransport } from './http-call.ts';

/** A server that speaks byte by byte what a test tells it. */
export interface RawServer extends AsyncDisposable {
  readonly origin: string;
  /** Of every connection, in order. */
  readonly sockets: readonly Socket[];
  /** Every request as it came, in order. */
  readonly requests: readonly string[];
}

/** Calls `answer` for each whole request; `nth` counts those of its connection, from 1. */
export async function serveRaw(
  answer: (socket: Socket, request: string, nth: number) => void,
  host = '127.0.0.1',
): Promise<RawServer> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let text = '';
    let nth = 0;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = endOfRequest(text); end !== -1; end = endOfRequest(text)) {
        const request = Buffer.from(text.slice(0, end), 'latin1').toString('utf8');
        text = text.slice(end);
        requests.push(request);
        answer(socket, request, ++nth);
      }
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    sockets,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole answer. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: HeaderReader;
  readonly body: string;
}

/** Sends one request and gathers its answer; `onSent` gets the exchange. */
export function fetchWhole(
  transport: HttpTransport,
  call: Partial<Pick<HttpCall, 'method' | 'path' | 'body' | 'headers' | 'onData'>> = {},
  onSent?: (exchange: HttpExchange) => void,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let head: Pick<WholeAnswer, 'status' | 'headers'> | undefined;
    const exchange = transport.send({
      method: 'GET',
      path: '/',
      ...call,
      onHead: (status, headers) => {
        head = { status, headers };
      },
      onData: (bytes) => {
        pieces.push(Buffer.from(bytes));
        call.onData?.(bytes);
      },
      onEnd: () => {
        if (head === undefined) reject(new Error('an end without a head'));
        else resolve({ ...head, body: Buffer.concat(pieces).toString() });
      },
      onError: reject,
    });
    onSent?.(exchange);
  });
}

function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return -1;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length < head + 4 + length ? -1 : head + 4 + length;
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The place on this machine to which a browser comes back after a sign-in (RFC 8252, 7.3). */
export interface Loopback extends AsyncDisposable {
  readonly redirectUri: string;
  /** What the authorisation server sent along. Rejects with the reason of the signal once that aborts. */
  answer(signal: AbortSignal): Promise<URLSearchParams>;
}

const HOST = '127.0.0.1';
const PATH = '/callback';

/** Listens on a free port, for one answer that brings this state; whatever else comes is turned away and changes nothing. */
export async function openLoopback(state: string): Promise<Loopback> {
  const came = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const answer = answerOf(request, origin(), state);
    reply(response, answer === undefined ? REFUSED : RECEIVED);
    if (answer !== undefined) came.resolve(answer);
  });
  const origin = (): string => `http://${HOST}:${(server.address() as AddressInfo).port}`;
  server.maxConnections = 16;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  return {
    redirectUri: `${origin()}${PATH}`,
    answer: async (signal) => {
      const aborted = Promise.withResolvers<never>();
      const onAbort = (): void => aborted.reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([came.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // The page may still be on its way to the browser.
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

/** Another page of the browser can send anything here: what lacks the state is not ours, nor is what came by another name of the host. */
function answerOf(
  { method, url, headers }: IncomingMessage,
  origin: string,
  state: string,
): URLSearchParams | undefined {
  const asked = URL.parse(url ?? '', origin);
  if (method !== 'GET' || `http://${headers.host}` !== origin || asked?.pathname !== PATH) {
    return undefined;
  }
  return asked.searchParams.get('state') === state ? asked.searchParams : undefined;
}

const RECEIVED = { status: 200, text: 'The answer has arrived. You can close this page.' };
const REFUSED = { status: 400, text: 'This is no answer to a sign-in that goes on here.' };

function reply(response: ServerResponse, { status, text }: typeof RECEIVED): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(text);
}

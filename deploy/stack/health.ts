import { createServer } from 'node:http';

/** Tells on the loopback how a process is; closed with it. */
export interface Health extends AsyncDisposable {
  readonly port: number;
}

/** Where a process answers as long as it can answer at all, whatever it waits for. */
export const ALIVE = '/alive';

/**
 * Answers `GET /` with 200 while `trouble()` is `undefined`, else with 503 and what it is; `GET /alive` always with 200, since starting a
 * process again helps against no trouble of what it waits for.
 */
export async function tellHealth(port: number, trouble: () => string | undefined): Promise<Health> {
  const server = createServer((request, response) => {
    const why = request.url === ALIVE ? undefined : trouble();
    response.writeHead(why === undefined ? 200 : 503, { 'content-type': 'text/plain' });
    response.end(`${why ?? 'well'}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

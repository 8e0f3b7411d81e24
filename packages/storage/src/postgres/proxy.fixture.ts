import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of what a client sends. */
export type Fault = 'none' | 'cut-before-commit' | 'cut-after-commit' | 'silent';

/** A wire to a server that can be cut. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Faults at a commit happen once; silence lasts until it is lifted. */
  fault: Fault;
  /** By what a commit is known: bytes of what is sent. The default is the statement `COMMIT`. */
  commit: string;
  /** Cuts all connections. */
  cut(): void;
}

/** How long an answer that is thrown away is waited for, in ms: until the server has surely done what it was asked. */
const DONE_MS = 100;

/** Starts a wire to a PostgreSQL server on this machine. */
export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (proxy.fault === 'silent') return;
      const isCommit = proxy.fault !== 'none' && chunk.includes(proxy.commit);
      if (isCommit && proxy.fault === 'cut-before-commit') {
        proxy.fault = 'none';
        client.destroy();
        return;
      }
      upstream.write(chunk);
      if (!isCommit) return;
      proxy.fault = 'none';
      upstream.pause();
      setTimeout(() => client.destroy(), DONE_MS);
    });
    upstream.on('data', (chunk) => {
      if (proxy.fault !== 'silent') client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: Proxy = {
    url: `postgres://postgres@127.0.0.1:${own}/postgres`,
    fault: 'none',
    commit: 'COMMIT\0',
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

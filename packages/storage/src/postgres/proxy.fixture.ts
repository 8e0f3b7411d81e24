import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of what a client sends. */
export type Fault = 'none' | 'cut-before-commit' | 'cut-after-commit' | 'late' | 'silent';

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

/** How late the answer to a commit comes that is late, in ms. */
const LATE_MS = 2_500;

/** Starts a wire to a PostgreSQL server on this machine; a pooler tells clients another number of their session. */
export async function startProxy(port: number, isPooler = false): Promise<Proxy> {
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
      holdBack(proxy.fault, client, upstream);
      proxy.fault = 'none';
    });
    upstream.on('data', (chunk) => {
      if (isPooler) renumber(chunk);
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

/** Keeps the answer for a while, or for good. */
function holdBack(fault: Fault, client: Socket, upstream: Socket): void {
  upstream.pause();
  if (fault === 'late') setTimeout(() => upstream.resume(), LATE_MS);
  else setTimeout(() => client.destroy(), DONE_MS);
}

/** Changes the first byte of the number in `BackendKeyData`. */
function renumber(chunk: Buffer): void {
  const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) chunk[at + 5] = 0x7f;
}

import { fork } from 'node:child_process';
import { once } from 'node:events';

/** The model service of the measurements, in a process of its own. */
export interface MockServer extends AsyncDisposable {
  /** A base URL whose answers come as `chunks` pieces. */
  baseURL(chunks: number): string;
}

/** Starts the service on a free port of this machine. */
export async function startServer(): Promise<MockServer> {
  const child = fork(new URL('../server.ts', import.meta.url), [], { execArgv: [] });
  const [port] = await once(child, 'message');
  return {
    baseURL: (chunks) => `http://127.0.0.1:${String(port)}/${chunks}/v1`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

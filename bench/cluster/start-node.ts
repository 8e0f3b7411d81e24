import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Where a node's work is, and what its models are. */
export interface NodePlace {
  readonly connection: string;
  readonly schema: string;
  readonly modelUrl: string;
  readonly more?: NodeMore;
}

/** How the calls of a node's models are made. */
export interface NodeMore {
  /** By workers, in place of the node. */
  readonly workers?: boolean;
  /** So many at once. */
  readonly concurrency?: number;
}

/** A process that is a node. */
export interface NodeProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Whether it has not been killed. */
  readonly isAlive: boolean;
  kill(): void;
  freeze(): void;
  thaw(): void;
  /** Asks it to leave, and waits until it has. */
  leave(): Promise<void>;
}

/** Starts a node, and resolves once it has joined. Throws where it ends before. */
export function startNode(
  name: string,
  { connection, schema, modelUrl, more = {} }: NodePlace,
): Promise<NodeProcess> {
  const script = new URL('./node-process.ts', import.meta.url);
  return startProcess(name, script, [connection, schema, name, modelUrl, JSON.stringify(more)]);
}

/** Starts a worker, and resolves once it looks for calls. Throws where it ends before. */
export function startWorker(
  name: string,
  { connection, schema, modelUrl }: NodePlace,
  slots: number,
): Promise<NodeProcess> {
  const script = new URL('./worker-process.ts', import.meta.url);
  return startProcess(name, script, [connection, schema, name, modelUrl, String(slots)]);
}

async function startProcess(
  name: string,
  script: URL,
  args: readonly string[],
): Promise<NodeProcess> {
  const child = fork(script, args, {
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (text) => {
    said = `${said}${String(text)}`.slice(-2_000);
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`${name} ended at its start: ${said}`);
  let isAlive = true;
  void ended.then(() => {
    isAlive = false;
  });
  return {
    name,
    child,
    get isAlive() {
      return isAlive;
    },
    kill: () => {
      isAlive = false;
      child.kill('SIGKILL');
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    leave: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

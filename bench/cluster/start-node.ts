import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Where a node's work is, and what its models are. */
export interface NodePlace {
  readonly connection: string;
  readonly schema: string;
  readonly modelUrl: string;
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
export async function startNode(name: string, place: NodePlace): Promise<NodeProcess> {
  const script = new URL('./node-process.ts', import.meta.url);
  const { connection, schema, modelUrl } = place;
  const child = fork(script, [connection, schema, name, modelUrl], {
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (text) => {
    said = `${said}${String(text)}`.slice(-2_000);
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`The node ${name} ended at its start: ${said}`);
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

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a measuring process ended. */
export type FreshOutcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly because: string };

/** What the process is given. */
export interface FreshOptions {
  readonly timeoutMs: number;
  /** The flag by which Node reads our packages: as they are built, or their sources. */
  readonly code: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs `script` in a process of its own, hands it `input` as a first message, and waits for the one message that it
 * answers with. What it prints goes to the end of the reason when it fails, and nowhere else.
 */
export function freshProcess<T>(
  script: URL,
  input: unknown,
  options: FreshOptions,
): Promise<FreshOutcome<T>> {
  const child = fork(fileURLToPath(script), [], {
    execArgv: [options.code, '--expose-gc'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  const keep = (chunk: unknown): void => {
    printed = (printed + String(chunk)).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    let answer: FreshOutcome<T> | undefined;
    child.on('message', (value) => {
      answer = { kind: 'answer', value: value as T };
    });
    child.on('error', (error) => resolve({ kind: 'failed', because: error.message }));
    child.on('close', (code, signal) => {
      const ended = signal === null ? `exit ${code}` : `${signal}, after ${options.timeoutMs} ms`;
      resolve(answer ?? { kind: 'failed', because: `${ended}\n${printed.trim()}` });
    });
    child.send(input as object);
  });
}

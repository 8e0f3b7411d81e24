import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Written } from '../store-kill/append-until-killed.ts';

/** How a store refused. All are missing where it never did. */
export interface Refused {
  /** The code of the refusal to open it. */
  readonly opening?: string;
  /** The code of the first append that failed. */
  readonly first?: string;
  /** The code of the next append, after that. */
  readonly second?: string;
}

/** Lets a writer append until its store refuses, and gives what it acknowledged and how it was refused. */
export async function appendUntilRefused(
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<Written & { readonly refused: Refused }> {
  const child = fork(new URL('../processes/append-until-refused.ts', import.meta.url), [path], {
    execArgv: ['--conditions=@overseer/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let refused: Refused = {};
  let output = '';
  let errors = '';
  child.on('message', (message) => {
    refused = message as Refused;
  });
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code] = await once(child, 'close');
  const acknowledged = Math.max(0, ...output.split('\n').slice(0, -1).map(Number));
  const failure = code === 0 ? {} : { failure: `exit ${code}: ${errors.slice(-2000)}` };
  return { acknowledged, refused, ...failure };
}

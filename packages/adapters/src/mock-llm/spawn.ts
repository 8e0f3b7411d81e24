import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { entryArguments } from '../process/entry-arguments.ts';
import { readiness } from './spawn-readiness.ts';

/** How a mock service in a process of its own is set up. */
export interface SpawnMockOptions {
  /** The absolute path of a module that exports `scenario`; without one, models answer as their names tell. */
  readonly scenario?: string;
  /** See `MockServiceOptions.countFile`. */
  readonly countFile?: string;
  readonly port?: number;
  readonly seed?: number;
  /** How long it goes on after this process has died, in ms; the default is 0. It is then also spared by signals to the group. */
  readonly lingerMs?: number;
  /** Gives up waiting for it to be ready, and ends it. */
  readonly signal?: AbortSignal;
}

/** A mock service in a process of its own. */
export interface SpawnedMockService extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process, and resolves when it has ended. */
  close(): Promise<void>;
}

/**
 * Starts a mock service in a process of its own, which ends within a second of this one, even by kill -9 (or after
 * `lingerMs`). It does not keep this process running. Throws `ConfigError` with what it said where it does not start.
 */
export async function spawnMockService(
  options: SpawnMockOptions = {},
): Promise<SpawnedMockService> {
  const child = spawn(process.execPath, [...entryArguments(ENTRY), ...serviceArguments(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.lingerMs !== undefined,
  });
  const close = (): Promise<void> => end(child);
  try {
    const { url, port, pid } = await readiness(child, options.signal);
    letGo(child);
    return { url, port, pid, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const ENTRY = {
  self: import.meta.url,
  source: './main.ts',
  specifier: '@overseer/adapters/mock-llm/main',
};

function serviceArguments(options: SpawnMockOptions): readonly string[] {
  const { scenario, countFile, port, seed, lingerMs } = options;
  return [
    ...(scenario === undefined ? [] : [`--scenario=${scenario}`]),
    ...(countFile === undefined ? [] : [`--count-file=${countFile}`]),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(seed === undefined ? [] : [`--seed=${seed}`]),
    ...(lingerMs === undefined ? [] : [`--linger-ms=${lingerMs}`]),
  ];
}

/** Its pipes stay open, because their closing is how it learns of our death; they only no longer hold us. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Socket | null)?.unref();
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
}

/** Asks it to end, and ends it where it does not within a second. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 1000);
  await ended;
  clearTimeout(impatience);
}

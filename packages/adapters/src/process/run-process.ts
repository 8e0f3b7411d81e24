import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { OverseerError } from '@overseer/core/plugin';
import { BoundedOutput } from './bounded-output.ts';
import { endOne, endTree, MARK } from './end-processes.ts';

/** What to run and within which bounds. Nothing is read from this process's own environment. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Of each stream; what is beyond is dropped from the middle. */
  readonly maxOutputBytes: number;
  readonly timeoutMs: number;
  /** Ends the whole group of the process with it, whatever it left running. */
  readonly group?: boolean;
  /** Puts both streams into `stdout`, in the order in which they arrive. */
  readonly merge?: boolean;
  readonly signal: AbortSignal;
}

/** How it went. `absent`: there is no such program. */
export type ProcessOutcome =
  | { readonly kind: 'absent' }
  | (ProcessOutput & { readonly kind: 'exited'; readonly code: number })
  | (ProcessOutput & { readonly kind: 'killed'; readonly by: string })
  | (ProcessOutput & { readonly kind: 'timed-out' });

/** What the process wrote. */
export interface ProcessOutput {
  readonly stdout: BoundedOutput;
  readonly stderr: BoundedOutput;
}

/** A process that was told to stop politely has this long. */
const PATIENCE_MS = 400;

/** After a process has ended, whoever inherited its output has this long to finish writing. */
const DRAIN_MS = 250;

/** A process that even SIGKILL does not end (it hangs in the kernel) is left after this time. */
const GIVE_UP_MS = 1_000;

/**
 * Runs a program without a shell and waits for its end. Resolves at the latest shortly after the time limit, whatever the
 * process and its children do. Rejects with the signal's reason when it aborts, and with `OverseerError` (`process.failed`)
 * when the program cannot be started.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessOutcome> {
  request.signal.throwIfAborted();
  const mark = randomUUID();
  const child = start(request, mark);
  const stdout = new BoundedOutput(request.maxOutputBytes);
  const stderr = request.merge === true ? stdout : new BoundedOutput(request.maxOutputBytes);
  child.stdout?.on('data', (chunk: Buffer) => stdout.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
  const closed = once(child, 'close').catch(() => undefined);
  const limits = watch(child, request, mark);
  try {
    const answer = await Promise.race([end(child), limits.gaveUp]);
    if (answer.kind === 'absent') return answer;
    if (request.group === true) await endTree(child, mark);
    await (request.group === true
      ? within(DRAIN_MS, closed)
      : Promise.race([closed, limits.gaveUp]));
    request.signal.throwIfAborted();
    if (limits.stopped() || answer.kind === 'stopped') return { kind: 'timed-out', stdout, stderr };
    return { ...answer, stdout, stderr };
  } finally {
    limits.release();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

type End =
  | { readonly kind: 'absent' }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly by: string };

function start(request: ProcessRequest, mark: string): ChildProcess {
  try {
    const child = spawn(request.file, request.args, {
      cwd: request.cwd,
      env: request.group === true ? { ...request.env, [MARK]: mark } : request.env,
      stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // A Ctrl-C in a terminal goes to the whole group of its job; what is under way here is ended by us, or not at all.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    // A program that ends without reading all of its input is no failure of ours.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(request.input);
    return child;
  } catch (error) {
    throw notStarted(request.file, error);
  }
}

function notStarted(file: string, cause: unknown): OverseerError {
  const words = `${JSON.stringify(file)} could not be started: ${String(cause)}.`;
  return new OverseerError('process.failed', words, { cause });
}

function end(child: ChildProcess): Promise<End> {
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  child.once('exit', (code, by) => {
    resolve(code === null ? { kind: 'killed', by: by ?? 'SIGKILL' } : { kind: 'exited', code });
  });
  child.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') resolve({ kind: 'absent' });
    else reject(notStarted(child.spawnfile, error));
  });
  return promise;
}

interface Limits {
  /** Whether the process was told to stop. */
  readonly stopped: () => boolean;
  /** Resolves when even that did not end it. */
  readonly gaveUp: Promise<{ readonly kind: 'stopped' }>;
  readonly release: () => void;
}

/** Tells the process to stop when its time is over or the caller has had enough. */
function watch(child: ChildProcess, request: ProcessRequest, mark: string): Limits {
  const { promise, resolve } = Promise.withResolvers<{ readonly kind: 'stopped' }>();
  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    const ending =
      request.group === true ? endTree(child, mark, PATIENCE_MS) : endOne(child, PATIENCE_MS);
    void ending.then(() => delay(GIVE_UP_MS)).then(() => resolve({ kind: 'stopped' }));
  };
  const timer = setTimeout(stop, request.timeoutMs);
  request.signal.addEventListener('abort', stop, { once: true });
  return {
    stopped: () => stopped,
    gaveUp: promise,
    release: () => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
    },
  };
}

/** Waits for `work`, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // What has arrived is read after the timers of a late turn, and must not be lost for that.
  const timer = setTimeout(() => setImmediate(resolve), ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function delay(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}

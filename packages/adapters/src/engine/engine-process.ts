import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Json } from '@overseer/core/spec';
import { engineEnvironment } from './engine-environment.ts';
import { type EngineOrder, type EngineReport, engineReport } from './messages.ts';

/** Hears what an engine's process says, and once that it is gone. */
export interface EngineListener {
  report(report: EngineReport): void;
  /** `how`: in what way it ended, with its last words. Not called after `end()`. */
  gone(how: string): void;
}

/** Most characters of what a process complained that are kept. */
const LAST_WORDS = 2_000;

/** One engine in a process of its own, which ends with this one. It holds this process only while `hold(true)` stands. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #listener: EngineListener;
  #words = '';
  #over = false;

  /** Starts Node with `args` and orders it to open `options`. */
  constructor(args: readonly string[], options: Json, listener: EngineListener) {
    this.#listener = listener;
    this.#child = spawn(process.execPath, [...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: engineEnvironment(),
      windowsHide: true,
    });
    this.#child.on('message', this.#onMessage);
    this.#child.on('error', (error) => this.#gone(`could not be started: ${error.message}`));
    // Not at its exit, because its last words may still be on their way then.
    this.#child.on('close', (code, signal) =>
      this.#gone(signal === null ? `ended with exit code ${code}` : `ended by ${signal}`),
    );
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#words = (this.#words + chunk.toString()).slice(-LAST_WORDS);
    });
    this.hold(false);
    this.send({ type: 'open', options });
  }

  /** `undefined` where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(order: EngineOrder): void {
    // What cannot be sent any more is told by the end of the process.
    if (!this.#over && this.#child.connected) this.#child.send(order, () => undefined);
  }

  /** Whether this process waits for it. */
  hold(held: boolean): void {
    const complaints = this.#child.stderr as Socket | null;
    for (const handle of [this.#child, this.#child.channel, complaints]) {
      if (held) handle?.ref();
      else handle?.unref();
    }
  }

  /** Ends it at once: it has nothing to save. Resolves when it is gone. */
  end(): Promise<void> {
    this.#over = true;
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    // Whoever waits for its end may have nothing else that keeps this process going.
    child.ref();
    child.kill('SIGKILL');
    return promise;
  }

  readonly #onMessage = (message: unknown): void => {
    if (this.#over) return;
    const report = readReport(message);
    if (report !== undefined) this.#listener.report(report);
    else {
      void this.end();
      this.#listener.gone('said something that no engine says, and was ended');
    }
  };

  #gone(how: string): void {
    if (this.#over) return;
    this.#over = true;
    const words = lastWords(this.#words);
    this.#listener.gone(words === '' ? how : `${how}, and said: ${words}`);
  }
}

/** `undefined` for what is no report. What is nested thousands of times, as a model may write it, is too deep to be read. */
function readReport(message: unknown): EngineReport | undefined {
  try {
    return engineReport.safeParse(message).data;
  } catch {
    return undefined;
  }
}

/** The lines that tell of a failure, or else the last ones; a stack would say nothing to anybody. */
function lastWords(complaints: string): string {
  const lines = complaints.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /error|assert|fail|abort|memory|cannot/i.test(line));
  const best = telling.length > 0 ? telling.slice(0, 3) : lines.slice(-3);
  return best.join(' ').slice(0, 500);
}

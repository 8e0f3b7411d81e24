import { Worker } from 'node:worker_threads';
import { StoreError } from '@overseer/core/plugin';
import { conditionsOf } from './conditions-of.ts';
import {
  type Answered,
  type Answers,
  type Asked,
  isRefusal,
  type QuestionKind,
  type Questions,
  type WriterOptions,
} from './protocol.ts';
import { closedError, toStoreError } from './store-error.ts';

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** Node 22 calls its SQLite experimental. */
const FLAGS = ['--disable-warning=ExperimentalWarning'];

/**
 * The thread that owns the file, seen from the caller's side. It keeps the process alive while a question is open, and
 * at no other time.
 */
export class WriterThread {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Question 0 is whether the file could be opened; it is asked by starting. */
  #lastId = 0;
  #closing = false;
  #ended: StoreError | undefined;

  private constructor(options: WriterOptions) {
    this.#path = options.path;
    const entry = new URL(import.meta.resolve('@overseer/storage/sqlite/writer'));
    this.#worker = new Worker(entry, {
      name: 'overseer-sqlite',
      workerData: options,
      execArgv: [...FLAGS, ...conditionsOf(process.execArgv)],
    });
    this.#worker.on('message', ({ id, answer }: Answered) => this.#settle(id, answer));
    this.#worker.on('error', (error: unknown) => this.#end(broken(this.#path, error)));
    this.#worker.on('exit', (code) => {
      this.#end(this.#closing ? closedError(this.#path) : broken(this.#path, `exit code ${code}`));
    });
  }

  /** Starts the thread and opens the file. Rejects with the `StoreError` that says why not. */
  static async start(options: WriterOptions): Promise<WriterThread> {
    const thread = new WriterThread(options);
    await new Promise<unknown>((resolve, reject) => thread.#waiting.set(0, { resolve, reject }));
    return thread;
  }

  /** Rejects with `StoreError`, and with `store.closed` once the thread has ended. */
  ask<K extends QuestionKind>(kind: K, question: Questions[K]): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const asked: Asked<K> = { id: ++this.#lastId, kind, question };
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(asked.id, { resolve: (answer) => resolve(answer as Answers[K]), reject });
      this.#worker.postMessage(asked);
    });
  }

  /** Ends the thread after all that was asked before. */
  async close(question: Questions['close']): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#closing = true;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.ask('close', question);
    this.#worker.ref();
    await exited;
  }

  #settle(id: number, answer: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (isRefusal(answer)) waiting?.reject(toStoreError(answer));
    else waiting?.resolve(answer);
  }

  #end(error: StoreError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function broken(path: string, cause: unknown): StoreError {
  return new StoreError(
    'store.failed',
    `The writer of ${path} ended without a word (${String(cause)}): open the store again; all that was acknowledged is kept.`,
    { cause },
  );
}

import { Worker } from 'node:worker_threads';
import { StoreError } from '@overseer/core/plugin';
import { conditionsOf } from './conditions-of.ts';
import {
  type Answered,
  type Answers,
  isRefusal,
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

/** What a thread can be asked, and what it answers, by kind. */
interface Talk {
  readonly questions: { readonly close: unknown };
  readonly answers: { readonly close: undefined };
}

/** What the writer of a journal can be asked. */
export interface JournalTalk {
  readonly questions: Questions;
  readonly answers: Answers;
}

/** The entry of the thread that writes a journal. */
const JOURNAL_WRITER = '@overseer/storage/sqlite/writer';

/**
 * The thread that owns the file, seen from the caller's side. It keeps the process alive while a question is open, and
 * at no other time.
 */
export class WriterThread<T extends Talk = JournalTalk> {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Question 0 is whether the file could be opened; it is asked by starting. */
  #lastId = 0;
  #closing = false;
  #ended: StoreError | undefined;

  private constructor(options: WriterOptions, entry: string) {
    this.#path = options.path;
    this.#worker = new Worker(new URL(import.meta.resolve(entry)), {
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
  static async start<T extends Talk = JournalTalk>(
    options: WriterOptions,
    entry: string = JOURNAL_WRITER,
  ): Promise<WriterThread<T>> {
    const thread = new WriterThread<T>(options, entry);
    await new Promise<unknown>((resolve, reject) => thread.#waiting.set(0, { resolve, reject }));
    return thread;
  }

  /** Whether it can be asked no more. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Rejects with `StoreError`, and with `store.closed` once the thread has ended. */
  ask<K extends keyof T['questions'] & keyof T['answers']>(
    kind: K,
    question: T['questions'][K],
  ): Promise<T['answers'][K]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = ++this.#lastId;
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as T['answers'][K]), reject });
      this.#worker.postMessage({ id, kind, question });
    });
  }

  /** Ends the thread after all that was asked before. */
  async close(question: T['questions']['close']): Promise<void> {
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

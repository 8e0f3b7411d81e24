import type { EventSink, ModelError } from '@overseer/core/plugin';
import { drainTimer } from './drain-timer.ts';
import { idleError } from './idle-error.ts';
import type { IdleWatch, WatchedCall } from './idle-watch.ts';

/** What differs from one kind of call to another. */
export interface CallLifeParts {
  readonly sink: EventSink;
  readonly where: string;
  readonly watch: IdleWatch;
  /** Breaks the exchange with the server off; harmless when repeated, and when it is over. */
  readonly breakOff: () => void;
  /** Makes the call's error of what was thrown. */
  readonly explain: (thrown: unknown) => ModelError | Promise<ModelError>;
  /** Called once when the call is over, however it ended, before its end is told. */
  readonly onOver?: (() => void) | undefined;
}

/**
 * The life of one streaming call, the same over our own wire and through an SDK: it ends once, by its whole answer, by an error,
 * by silence or because nobody listens any more; and what a server sends after a whole answer is read over for a while.
 */
export class CallLife {
  readonly #parts: CallLifeParts;
  #watched: WatchedCall | undefined;
  #draining: NodeJS.Timeout | undefined;
  #isReleased = false;
  #isOver = false;
  #isTold = false;

  constructor(parts: CallLifeParts) {
    this.#parts = parts;
  }

  /** Whether it has ended: nothing that comes now is told. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on, a silence that is too long fails the call. */
  watch(): void {
    this.#watched = this.#parts.watch.enter(this.#onIdle);
  }

  /** The server showed a sign of life. */
  touch(): void {
    this.#watched?.touch();
  }

  /** Whoever reads has paused: a server that is not read from cannot be told from a silent one. */
  hold(): void {
    this.#watched?.leave();
  }

  /** It is read from again. */
  goOn(): void {
    if (this.#watched === undefined || this.#draining !== undefined || this.#isOver) return;
    this.#watched.leave();
    this.watch();
  }

  /** The answer is whole, and `finish` tells it. The exchange is left for a while to end by itself, so that its connection can be used again. */
  whole(finish: () => void): void {
    this.#watched?.leave();
    queueMicrotask(this.#drain);
    this.end(finish);
  }

  /** Ends it well; `finish` tells what is still to be told, and may throw if the answer is not what it should be. */
  end(finish: () => void): void {
    if (this.#isOver) return;
    // Before the finish, on which whoever listens stops the call.
    this.#isOver = true;
    try {
      finish();
    } catch (error) {
      this.#isOver = false;
      throw error;
    }
    this.#tell();
    this.#parts.sink.end();
  }

  /** Ends it by an error; of no effect once it is over. */
  readonly fail = (thrown: unknown): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#letGo();
    this.#tell();
    const { explain, sink } = this.#parts;
    const error = explain(thrown);
    if (error instanceof Promise) void error.then((better) => sink.end(better));
    else sink.end(error);
  };

  /** Ends it because nobody listens any more; of no effect once it is over. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#letGo();
    this.#tell();
  }

  /** The exchange with the server is over: it is neither watched nor read over any longer. */
  release(): void {
    this.#isReleased = true;
    this.#watched?.leave();
    clearTimeout(this.#draining);
    this.#watched = undefined;
  }

  /** Most exchanges end with what was read last, and need no timer. */
  readonly #drain = (): void => {
    if (this.#isReleased) return;
    this.#draining = drainTimer(this.#parts.watch.idleMs, () => this.#letGo());
  };

  readonly #onIdle = (): void => {
    const { where, watch } = this.#parts;
    this.fail(idleError(where, watch.idleMs));
  };

  #letGo(): void {
    this.#parts.breakOff();
    this.release();
  }

  #tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.onOver?.();
  }
}

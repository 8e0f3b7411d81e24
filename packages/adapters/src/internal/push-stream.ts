import {
  abortError,
  type EventSink,
  PUSH,
  type PushHandle,
  type PushStream,
} from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';

const HIGH = 1024;
const LOW = 64;

type Step = IteratorResult<ModelEvent, undefined>;

const DONE: Step = { done: true, value: undefined };

/** Makes a stream that is pushed or iterated from one that can only push. Each use starts a call of its own. */
export function pushStream(
  signal: AbortSignal,
  start: (sink: EventSink) => PushHandle,
): PushStream {
  return new Pushed(signal, start);
}

/** A class, since functions under computed keys are slow to make, and every call is one of these. */
class Pushed implements PushStream {
  readonly #signal: AbortSignal;
  readonly #start: (sink: EventSink) => PushHandle;

  constructor(signal: AbortSignal, start: (sink: EventSink) => PushHandle) {
    this.#signal = signal;
    this.#start = start;
  }

  [PUSH](sink: EventSink): PushHandle {
    return this.#start(sink);
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent, undefined> {
    return new EventQueue(this.#signal, this.#start);
  }
}

/**
 * Hands events from a producer that calls to a consumer that iterates. Bounded by telling the producer to pause at 1,024
 * waiting events; what one network read still brings after that is kept. Starts at the first `next()`.
 */
class EventQueue implements AsyncIterator<ModelEvent, undefined>, EventSink {
  readonly #signal: AbortSignal;
  readonly #start: (sink: EventSink) => PushHandle;
  #handle: PushHandle | undefined;
  #events: ModelEvent[] = [];
  #head = 0;
  #state: 'new' | 'open' | 'ended' | 'failed' | 'closed' = 'new';
  #error: unknown;
  #waiting: PromiseWithResolvers<Step> | undefined;
  #paused = false;

  constructor(signal: AbortSignal, start: (sink: EventSink) => PushHandle) {
    this.#signal = signal;
    this.#start = start;
  }

  event(event: ModelEvent): void {
    if (this.#state !== 'open') return;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: event });
      return;
    }
    this.#events.push(event);
    if (!this.#paused && this.#events.length - this.#head >= HIGH) {
      this.#paused = true;
      this.#handle?.pause();
    }
  }

  end(error?: unknown): void {
    if (this.#state !== 'open') return;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#state = error === undefined ? 'ended' : 'failed';
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#rest().then(waiting.resolve, waiting.reject);
  }

  next(): Promise<Step> {
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#begin();
    }
    if (this.#head < this.#events.length) {
      return Promise.resolve({ done: false, value: this.#take() });
    }
    if (this.#state !== 'open') return this.#rest();
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  return(): Promise<Step> {
    const open = this.#state === 'open';
    this.#state = 'closed';
    this.#events = [];
    this.#head = 0;
    if (open) {
      this.#signal.removeEventListener('abort', this.#onAbort);
      this.#handle?.stop();
    }
    return Promise.resolve(DONE);
  }

  #begin(): void {
    if (this.#signal.aborted) {
      this.end(abortError(this.#signal));
      return;
    }
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#handle = this.#start(this);
  }

  readonly #onAbort = (): void => {
    this.#handle?.stop();
    this.end(abortError(this.#signal));
  };

  /** What comes after the last event: the error once, and then nothing. */
  #rest(): Promise<Step> {
    const failed = this.#state === 'failed';
    this.#state = 'closed';
    return failed ? Promise.reject(this.#error) : Promise.resolve(DONE);
  }

  #take(): ModelEvent {
    const event = this.#events[this.#head++] as ModelEvent;
    if (this.#head === this.#events.length) {
      this.#events = [];
      this.#head = 0;
    }
    if (this.#paused && this.#events.length - this.#head <= LOW) {
      this.#paused = false;
      this.#handle?.resume();
    }
    return event;
  }
}

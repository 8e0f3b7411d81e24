import { ModelError } from '../errors/model-error.ts';
import { sentence } from '../internal/model-refusal.ts';
import { type BufferedIterator, isBuffered, READY } from '../internal/ready.ts';
import { abortError, toModelError } from '../internal/to-model-error.ts';
import type { CallContext, Model, ModelEvent, ModelRequest } from '../spec/model.ts';

/**
 * Runs one call so that the model's promise holds whatever its adapter does: exactly one `finish`, which is last, or a
 * thrown `ModelError`. A stream that just stops is `interrupted`; an abort is `aborted`, or `timeout` where the signal's
 * reason is a `TimeoutError`, at once, even when the adapter does not listen. The call starts when iteration starts.
 */
export function guard(
  model: Model,
  request: ModelRequest,
  ctx: CallContext,
): Guard {
  return new Guarded(model, request, ctx);
}

/** A guarded call: iterable once. */
export interface Guard extends BufferedIterator<ModelEvent>, AsyncIterable<ModelEvent, undefined> {
  [Symbol.asyncIterator](): Guard;
}

type Step = IteratorResult<ModelEvent, undefined>;

const DONE: Step = { done: true, value: undefined };

/** Written by hand: an async generator around each event would cost more than reading it. */
class Guarded implements Guard {
  readonly #model: Model;
  readonly #request: ModelRequest;
  readonly #ctx: CallContext;
  #inner: AsyncIterator<ModelEvent> | undefined;
  #buffered: BufferedIterator<ModelEvent> | undefined;
  #state: 'new' | 'open' | 'closed' | 'aborted' = 'new';
  #waiting: PromiseWithResolvers<Step> | undefined;

  constructor(model: Model, request: ModelRequest, ctx: CallContext) {
    this.#model = model;
    this.#request = request;
    this.#ctx = ctx;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [READY](): ModelEvent | undefined {
    const event = this.#buffered?.[READY]();
    if (event?.type === 'finish') this.#close(true);
    return event;
  }

  next(): Promise<Step> {
    if (this.#state === 'closed') return Promise.resolve(DONE);
    if (this.#state === 'aborted') return Promise.reject(this.#cut());
    const waiting = Promise.withResolvers<Step>();
    this.#waiting = waiting;
    try {
      const inner = this.#inner ?? this.#open();
      inner.next().then(this.#onStep, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
    return waiting.promise;
  }

  return(): Promise<Step> {
    this.#close(true);
    return Promise.resolve(DONE);
  }

  #open(): AsyncIterator<ModelEvent> {
    const { signal } = this.#ctx;
    if (signal.aborted) throw signal.reason;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#state = 'open';
    const inner = this.#model.stream(this.#request, this.#ctx)[Symbol.asyncIterator]();
    this.#inner = inner;
    if (isBuffered(inner)) this.#buffered = inner;
    return inner;
  }

  readonly #onStep = (step: IteratorResult<ModelEvent>): void => {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (step.done === true) {
      this.#onError(this.#cut());
      return;
    }
    this.#waiting = undefined;
    // The answer is whole and paid for: whatever an adapter sends after it is not worth losing it.
    if (step.value.type === 'finish') this.#close(true);
    waiting.resolve(step);
  };

  readonly #onError = (error: unknown): void => {
    const waiting = this.#waiting;
    this.#close(false);
    waiting?.reject(toModelError(error, this.#ctx.signal, this.#where()));
  };

  readonly #onAbort = (): void => {
    const waiting = this.#waiting;
    this.#close(true);
    if (waiting === undefined) this.#state = 'aborted';
    else waiting.reject(this.#cut());
  };

  #cut(): ModelError {
    const { signal } = this.#ctx;
    if (signal.aborted) return abortError(signal, this.#where());
    const what = 'the stream ended before the provider said that it was finished';
    return new ModelError('interrupted', sentence('interrupted', this.#where(), undefined, what));
  }

  #close(tell: boolean): void {
    if (this.#state === 'closed') return;
    const opened = this.#state === 'open';
    this.#state = 'closed';
    this.#waiting = undefined;
    this.#buffered = undefined;
    if (!opened) return;
    this.#ctx.signal.removeEventListener('abort', this.#onAbort);
    // Not awaited: an adapter that hangs while it cleans up must not hold its caller.
    if (tell) this.#inner?.return?.()?.then(undefined, () => undefined);
  }

  #where(): string {
    return `${this.#model.info.provider}/${this.#model.info.id}`;
  }
}

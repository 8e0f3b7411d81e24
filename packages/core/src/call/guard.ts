import { ModelError } from '../errors/model-error.ts';
import { sentence } from '../internal/model-refusal.ts';
import { abortError } from '../internal/to-model-error.ts';
import type { CallContext, Model, ModelEvent, ModelRequest } from '../spec/model.ts';
import { AnswerBound } from './answer-bound.ts';
import { callError, requireCall } from './require-call.ts';

/**
 * Runs one call so that the model's promise holds whatever its adapter does: exactly one `finish`, which is last, or a
 * thrown `ModelError`. A stream that just stops is `interrupted`; an abort is `aborted`, or `timeout` where the signal's
 * reason is a `TimeoutError`, at once, even when the adapter does not listen. An answer of more than 32 Mi characters is broken
 * off with `protocol`; counts of tokens that cannot be are taken out of the usage. The call starts when iteration starts.
 * Throws `ModelError` `invalid` at once for a request that is none.
 */
export function guard(
  model: Model,
  request: ModelRequest,
  ctx: CallContext,
): AsyncIterable<ModelEvent> {
  const where = nameOf(model);
  requireCall(request, ctx, where);
  const { signal } = ctx;
  return {
    [Symbol.asyncIterator]: () =>
      new Guarded(() => model.stream(request, ctx), { request, signal, where }),
  };
}

/** How a model is named in sentences: `provider/id`. */
export function nameOf(model: Model): string {
  return `${model.info.provider}/${model.info.id}`;
}

/** What a call fails with whose stream ended without a `finish`. */
export function cutError(signal: AbortSignal, where: string): ModelError {
  if (signal.aborted) return abortError(signal, where);
  const what = 'the stream ended before the provider said that it was finished';
  return new ModelError('interrupted', sentence('interrupted', where, undefined, what));
}

/** What is guarded: a request, what breaks it off, and whom it goes to. */
export interface GuardedCall {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly where: string;
}

type Step = IteratorResult<ModelEvent, undefined>;

const DONE: Step = { done: true, value: undefined };

/** Written by hand: an async generator around each event would cost more than reading it. */
export class Guarded implements AsyncIterator<ModelEvent, undefined> {
  readonly #start: () => AsyncIterable<ModelEvent>;
  readonly #request: ModelRequest;
  readonly #signal: AbortSignal;
  readonly #where: string;
  readonly #bound: AnswerBound;
  #inner: AsyncIterator<ModelEvent> | undefined;
  #state: 'new' | 'open' | 'closed' | 'aborted' = 'new';
  #waiting: PromiseWithResolvers<Step> | undefined;

  constructor(start: () => AsyncIterable<ModelEvent>, { request, signal, where }: GuardedCall) {
    this.#start = start;
    this.#request = request;
    this.#signal = signal;
    this.#where = where;
    this.#bound = new AnswerBound(where);
  }

  next(): Promise<Step> {
    if (this.#state === 'closed') return Promise.resolve(DONE);
    if (this.#state === 'aborted') return Promise.reject(cutError(this.#signal, this.#where));
    const waiting = Promise.withResolvers<Step>();
    this.#waiting = waiting;
    try {
      const inner = this.#inner ?? this.#open();
      inner.next().then(this.#onStep, (error: unknown) => this.#onError(error));
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
    if (this.#signal.aborted) throw this.#signal.reason;
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#state = 'open';
    this.#inner = this.#start()[Symbol.asyncIterator]();
    return this.#inner;
  }

  readonly #onStep = (step: IteratorResult<ModelEvent>): void => {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (step.done === true) {
      this.#onError(cutError(this.#signal, this.#where));
      return;
    }
    let value: ModelEvent;
    try {
      value = this.#bound.pass(step.value);
    } catch (error) {
      this.#onError(error, true);
      return;
    }
    this.#waiting = undefined;
    // The answer is whole and paid for: whatever an adapter sends after it is not worth losing it.
    if (step.value.type === 'finish') this.#close(true);
    waiting.resolve({ done: false, value });
  };

  readonly #onError = (error: unknown, tell = false): void => {
    const waiting = this.#waiting;
    this.#close(tell);
    waiting?.reject(callError(error, this.#request, this.#signal, this.#where));
  };

  readonly #onAbort = (): void => {
    const waiting = this.#waiting;
    this.#close(true);
    if (waiting === undefined) this.#state = 'aborted';
    else waiting.reject(cutError(this.#signal, this.#where));
  };

  #close(tell: boolean): void {
    if (this.#state === 'closed') return;
    const opened = this.#state === 'open';
    this.#state = 'closed';
    this.#waiting = undefined;
    if (!opened) return;
    this.#signal.removeEventListener('abort', this.#onAbort);
    // Not awaited: an adapter that hangs while it cleans up must not hold its caller.
    if (tell) this.#inner?.return?.()?.then(undefined, () => undefined);
  }
}

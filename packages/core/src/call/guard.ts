import { ModelError } from '../errors/model-error.ts';
import { sentence } from '../internal/model-refusal.ts';
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
): AsyncIterable<ModelEvent> {
  return { [Symbol.asyncIterator]: () => new Guarded(model, request, ctx) };
}

type Step = IteratorResult<ModelEvent, undefined>;

const DONE: Step = { done: true, value: undefined };

/** Written by hand: an async generator around each event would cost more than reading it. */
class Guarded implements AsyncIterator<ModelEvent, undefined> {
  readonly #model: Model;
  readonly #request: ModelRequest;
  readonly #ctx: CallContext;
  #inner: AsyncIterator<ModelEvent> | undefined;
  #state: 'new' | 'open' | 'closed' | 'aborted' = 'new';
  #reject: ((error: ModelError) => void) | undefined;

  constructor(model: Model, request: ModelRequest, ctx: CallContext) {
    this.#model = model;
    this.#request = request;
    this.#ctx = ctx;
  }

  next(): Promise<Step> {
    if (this.#state === 'closed') return Promise.resolve(DONE);
    if (this.#state === 'aborted') return Promise.reject(this.#cut());
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      try {
        const inner = this.#inner ?? this.#open();
        inner.next().then(
          (step) => this.#take(step, resolve, reject),
          (error) => reject(this.#fail(error)),
        );
      } catch (error) {
        reject(this.#fail(error));
      }
    });
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
    this.#inner = this.#model.stream(this.#request, this.#ctx)[Symbol.asyncIterator]();
    return this.#inner;
  }

  #take(
    step: IteratorResult<ModelEvent>,
    resolve: (step: Step) => void,
    reject: (error: ModelError) => void,
  ): void {
    this.#reject = undefined;
    if (step.done === true) {
      if (this.#state === 'closed') resolve(DONE);
      else reject(this.#fail(this.#cut()));
      return;
    }
    // The answer is whole and paid for: whatever an adapter sends after it is not worth losing it.
    if (step.value.type === 'finish') this.#close(true);
    resolve(step as Step);
  }

  #cut(): ModelError {
    const { signal } = this.#ctx;
    if (signal.aborted) return abortError(signal, this.#where());
    const what = 'the stream ended before the provider said that it was finished';
    return new ModelError('interrupted', sentence('interrupted', this.#where(), undefined, what));
  }

  #fail(error: unknown): ModelError {
    this.#close(false);
    return toModelError(error, this.#ctx.signal, this.#where());
  }

  readonly #onAbort = (): void => {
    const reject = this.#reject;
    this.#close(true);
    if (reject === undefined) this.#state = 'aborted';
    else reject(this.#cut());
  };

  #close(tell: boolean): void {
    if (this.#state === 'closed') return;
    const opened = this.#state === 'open';
    this.#state = 'closed';
    this.#reject = undefined;
    if (!opened) return;
    this.#ctx.signal.removeEventListener('abort', this.#onAbort);
    // Not awaited: an adapter that hangs while it cleans up must not hold its caller.
    if (tell) this.#inner?.return?.()?.then(undefined, () => undefined);
  }

  #where(): string {
    return `${this.#model.info.provider}/${this.#model.info.id}`;
  }
}

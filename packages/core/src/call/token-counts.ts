import type { Clock } from '../internal/clock.ts';
import { RecentMap } from '../internal/recent-map.ts';
import { abortError } from '../internal/to-model-error.ts';
import type { Model, ModelRequest, TokenCount } from '../spec/model.ts';
import { estimateError } from './estimate-error.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { RequestKeys } from './request-keys.ts';

/** What of a request has tokens. */
export type CountedRequest = Pick<ModelRequest, 'messages' | 'tools' | 'output'>;

/** How long a tokenizer or provider may take, in ms. */
const PATIENCE_MS = 5_000;

/** How long a model that could not count is not asked again, in ms. */
const LEFT_MS = 60_000;

/** Counts that are remembered. */
const KEPT = 1_000;

/** Counts under way at once; what comes beyond that is estimated. */
const AT_ONCE = 32;

/** What counts are asked with. */
export interface TokenCountsOptions {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Counts requests, exactly where a model can, each once for all who wait; else by estimate, with its measured error. What was counted
 * is remembered, for the latest thousand requests.
 */
export class TokenCounts {
  readonly #clock: Clock;
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #known = new RecentMap<TokenCount>(KEPT);
  readonly #pending = new Map<string, Promise<TokenCount>>();
  readonly #ids = new WeakMap<Model, number>();
  readonly #keys = new RequestKeys();
  /** Until when a model is not asked, by `Clock.elapsed`. */
  readonly #leftUntil = new WeakMap<Model, number>();
  readonly #controllers = new Set<AbortController>();
  #models = 0;

  constructor({ clock, fetch }: TokenCountsOptions) {
    this.#clock = clock;
    this.#fetch = fetch;
  }

  /** Whether a model would be asked now. */
  canAsk(model: Model): boolean {
    if (model.countTokens === undefined || model.info.perCall !== undefined) return false;
    const leftUntil = this.#leftUntil.get(model) ?? Number.NEGATIVE_INFINITY;
    return leftUntil <= this.#clock.elapsed() && this.#pending.size < AT_ONCE;
  }

  /** What was counted before; nothing is asked. */
  known(model: Model, request: CountedRequest): TokenCount | undefined {
    // Of most models nothing was ever counted.
    if (!this.#ids.has(model)) return undefined;
    return this.#known.get(this.#keyOf(model, request));
  }

  /**
   * The input tokens of a request. Throws `ModelError` of kind `aborted` or `timeout` where its signal aborts, and nothing else: what
   * a model cannot say within 5 s is estimated.
   */
  count(model: Model, request: CountedRequest, signal?: AbortSignal): Promise<TokenCount> {
    if (signal?.aborted === true) return Promise.reject(abortError(signal));
    const key = this.#keyOf(model, request);
    const known = this.#known.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const pending = this.#pending.get(key);
    if (pending === undefined && !this.canAsk(model)) return Promise.resolve(estimated(request));
    const count = pending ?? this.#ask(model, request, key);
    return signal === undefined ? count : orAbort(count, signal);
  }

  /** Breaks off what is under way; whoever waits for it gets an estimate. */
  close(): void {
    for (const controller of this.#controllers) controller.abort(new Error('The host was closed.'));
  }

  #ask(model: Model, request: CountedRequest, key: string): Promise<TokenCount> {
    const count = this.#counted(model, request).then((answer) => {
      this.#pending.delete(key);
      // A request that was not counted is not asked for again at once, whoever made it.
      this.#known.set(key, answer);
      return answer;
    });
    this.#pending.set(key, count);
    return count;
  }

  /** One that does not heed its signal holds nobody up. */
  async #counted(model: Model, request: CountedRequest): Promise<TokenCount> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#controllers.add(controller);
    const cancel = this.#clock.after(PATIENCE_MS, () =>
      controller.abort(new Error(`It did not count within ${PATIENCE_MS / 1_000} s.`)),
    );
    const fetch = this.#fetch === undefined ? {} : { fetch: this.#fetch };
    try {
      const asked = Promise.resolve(model.countTokens?.(request, { signal, ...fetch }));
      const count = await orAbort(asked, signal);
      if (isSound(count)) return count;
    } catch {
      // Whatever is wrong with a count, its call will say.
    } finally {
      cancel();
      this.#controllers.delete(controller);
    }
    this.#leftUntil.set(model, this.#clock.elapsed() + LEFT_MS);
    return estimated(request);
  }

  #keyOf(model: Model, request: CountedRequest): string {
    const id = this.#ids.get(model) ?? ++this.#models;
    this.#ids.set(model, id);
    return `${id} ${this.#keys.of(request)}`;
  }
}

/** What a request has by estimate. */
function estimated(request: CountedRequest): TokenCount {
  const tokens = estimateTokens(request);
  return { tokens, source: 'estimate', within: estimateError(request, tokens) };
}

function isSound(count: TokenCount | undefined): count is TokenCount {
  return (
    count !== undefined &&
    [count.tokens, count.within].every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)
  );
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(abortError(signal));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

import { RecentMap } from '../internal/recent-map.ts';
import type { OutsideBreaker } from '../limit/outside-breaker.ts';
import type { AnswerStore, CachedAnswer } from '../spec/answer-store.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { isOfScope } from './cache-key.ts';
import type { SemanticIndex } from './semantic-index.ts';
import { answerOf, type FlightAnswer } from './storable.ts';

/** What a cache of answers is made of. */
export interface AnswerCacheParts {
  readonly store: AnswerStore;
  /** How long an accepted answer is given to others, in ms. */
  readonly ttlMs: number;
  /** Hears which answers may be used and which are gone. */
  readonly semantic?: SemanticIndex | undefined;
  /** Tells whether the store is out of order. */
  readonly breakers?: { readonly store: Pick<OutsideBreaker, 'isShut'> };
}

/** An answer that waits for the end of its attempt. */
interface Pending {
  readonly key: string;
  readonly call: string;
  answer: FlightAnswer | undefined;
}

/** An answer that an attempt was given, by its key and the call that gave it. */
interface Given {
  readonly key: string;
  readonly call: string;
}

/** Attempts whose answers wait for their checks, and calls that were refused; the oldest go first. */
const REMEMBERED = 10_000;

/**
 * Answers that were accepted, for equal requests: a fold of events over a store. An answer can be used once its task is
 * done, and never again once it was refused somewhere.
 */
export class AnswerCache {
  readonly #store: AnswerStore;
  readonly #ttlMs: number;
  readonly #semantic: SemanticIndex | undefined;
  readonly #breaker: Pick<OutsideBreaker, 'isShut'> | undefined;
  /** By attempt. */
  readonly #pending = new RecentMap<Pending>(REMEMBERED);
  /** Answers that attempts under way were given, by attempt. */
  readonly #given = new RecentMap<Given>(REMEMBERED);
  /** The calls whose answers were refused: a store may fail to forget them, or be late. */
  readonly #refused = new Set<string>();

  constructor({ store, ttlMs, semantic, breakers }: AnswerCacheParts) {
    this.#store = store;
    this.#ttlMs = ttlMs;
    this.#semantic = semantic;
    this.#breaker = breakers?.store;
  }

  /**
   * The answer to give under `key` at `nowMs`; none that is not of `scope`, has expired or was refused. A promise where
   * the store answers with one. Throws and rejects as the store does.
   */
  find(
    key: string,
    scope: string,
    nowMs: number,
  ): CachedAnswer | undefined | Promise<CachedAnswer | undefined> {
    if (!isOfScope(key, scope)) return undefined;
    const found = this.#store.get(key);
    if (!(found instanceof Promise)) return this.#fresh(key, found, nowMs);
    return found.then((answer) => this.#fresh(key, answer, nowMs));
  }

  /** Takes one event into account. */
  take(event: OverseerEvent): void {
    const { attempt } = event;
    if (attempt === undefined) return;
    switch (event.type) {
      case 'call.started':
        if (event.data.hedge === undefined) this.#began(attempt, event.call ?? '', event.data.key);
        return;
      case 'call.finished': {
        const pending = this.#pending.get(attempt);
        // What a second model answers, which was asked beside it, is no answer of this one.
        if (pending === undefined || pending.call !== event.call) return;
        const answer = answerOf(event.data);
        if (answer === undefined) this.#pending.delete(attempt);
        else pending.answer = answer;
        return;
      }
      case 'call.failed':
      case 'call.withheld':
        if (this.#pending.get(attempt)?.call === event.call) this.#pending.delete(attempt);
        return;
      case 'call.cached':
        this.#given.set(attempt, { key: event.data.key, call: event.data.of });
        return;
      case 'task.done':
        this.#accepted(attempt, event.at);
        return;
      case 'attempt.ended':
        this.#ended(attempt, event.data.outcome === 'rejected');
        return;
      default:
    }
  }

  /** Lets go of the answers under these keys: nobody may have them any more. */
  forget(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#semantic?.forget(key);
      quietly(() => this.#store.delete(key));
    }
  }

  #began(attempt: string, call: string, key: string | undefined): void {
    this.#pending.delete(attempt);
    if (key !== undefined) this.#pending.set(attempt, { key, call, answer: undefined });
  }

  #accepted(attempt: string, at: number): void {
    this.#given.delete(attempt);
    const pending = this.#pending.get(attempt);
    this.#pending.delete(attempt);
    if (pending?.answer === undefined) return;
    const { key, call, answer } = pending;
    // What is out of order keeps nothing, and what is given to it meanwhile might pile up.
    if (this.#refused.has(call) || this.#breaker?.isShut === true) return;
    quietly(() => this.#store.put(key, { call, ...answer, expiresAt: at + this.#ttlMs }));
    this.#semantic?.accept(key);
  }

  #ended(attempt: string, isRefused: boolean): void {
    const given = this.#given.get(attempt);
    this.#pending.delete(attempt);
    this.#given.delete(attempt);
    if (isRefused && given !== undefined) this.#refuse(given);
  }

  /** What passed the checks of one task and fails those of another is not given to a third. */
  #refuse({ key, call }: Given): void {
    this.#refused.add(call);
    const [oldest] = this.#refused;
    if (this.#refused.size > REMEMBERED && oldest !== undefined) this.#refused.delete(oldest);
    this.#semantic?.forget(key);
    quietly(() => this.#store.delete(key));
  }

  #fresh(key: string, answer: CachedAnswer | undefined, nowMs: number): CachedAnswer | undefined {
    if (answer === undefined || this.#refused.has(answer.call)) return undefined;
    const leftMs = answer.expiresAt - nowMs;
    // What has more time left than any answer is given comes from before the clock was set back.
    if (leftMs > 0 && leftMs <= this.#ttlMs) return answer;
    quietly(() => this.#store.delete(key));
    return undefined;
  }
}

/** A cache that fails has nothing; it must not fail anybody's work. */
function quietly(work: () => void | Promise<void>): void {
  try {
    work()?.then(undefined, () => undefined);
  } catch {
    // As above.
  }
}

import type { Part } from './message.ts';
import type { FinishReason } from './model.ts';

/** Whose answers these are: an answer of one scope is never given to another. Names and values are the host's. */
export type CacheScope = Readonly<Record<string, string>>;

/** An answer that passed its checks, as it is kept for equal requests. */
export interface CachedAnswer {
  /** The call that gave it. */
  readonly call: string;
  readonly parts: readonly Part[];
  readonly reason: FinishReason;
  /** What that call cost, and what each use of the answer saves; money in micro-dollars. */
  readonly cost: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly microUsd: number;
  };
  /** Epoch ms from which on it is given to nobody. */
  readonly expiresAt: number;
}

/**
 * Where answers are kept, by key. A cache: it may forget anything at any time, and must be bounded. Whoever answers at
 * once does so without a promise, and the task begins in the same turn. What it throws or rejects with counts as not
 * having the answer.
 */
export interface AnswerStore {
  readonly spec: 'answers/1';
  /** The answer under that key, `undefined` when there is none. */
  get(key: string): CachedAnswer | undefined | Promise<CachedAnswer | undefined>;
  /** Keeps it in place of an older one. */
  put(key: string, answer: CachedAnswer): void | Promise<void>;
  /** Forgets it, for good: an answer that was refused must not come back. */
  delete(key: string): void | Promise<void>;
}

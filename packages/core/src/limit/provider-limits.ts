import type { CallEstimate } from '../spec/call-amounts.ts';
import type { LimitMetric } from '../spec/limit.ts';
import type { RateLimit } from '../spec/model.ts';
import { amountOf } from './call-amount.ts';

/** A header that names a later reset may be a mistake of somebody's clock; after so long it is tried whether it was, in ms. */
const LONGEST_MS = 86_400_000;

const BUCKETS: readonly (readonly [bucket: keyof RateLimit, metric: LimitMetric])[] = [
  ['requests', 'calls'],
  ['tokens', 'tokens'],
  ['inputTokens', 'input-tokens'],
  ['outputTokens', 'output-tokens'],
];

/** Starts that are remembered, for answers that come after them. */
const KEPT = 512;

interface Known {
  readonly bucket: keyof RateLimit;
  readonly metric: LimitMetric;
  /** As the header said. */
  remaining: number;
  /** Taken by calls that were started since. */
  taken: number;
  /** Calls that were started after this are taken from what remains. */
  since: number;
  resetAt: number;
}

/** What keeps a call back. */
export interface ProviderWait {
  readonly untilAt: number;
  readonly metric: LimitMetric;
  readonly remaining: number;
}

/**
 * What a provider's headers say is left, less what was started since: they make a model wait, and never let more
 * through than its own limits do. Where two answers disagree, the lower counts until its reset.
 */
export class ProviderLimits {
  #known: Known[] = [];
  /** The latest starts; the one before `#starts` modulo their number came last. */
  #startedAt: number[] = [];
  /** `undefined` for a call that was not sent. */
  #uses: (CallEstimate | undefined)[] = [];
  #starts = 0;

  /**
   * Takes note of the headers of one answer, which the provider wrote at `since`: calls that were started after that are
   * not in them. Buckets that do not say both what is left and until when are passed over.
   */
  learn(now: number, rate: RateLimit, since: number = now): void {
    this.#known = this.#known.filter(({ resetAt }) => resetAt > now);
    for (const [bucket, metric] of BUCKETS) {
      const { remaining, resetAt } = rate[bucket] ?? {};
      // Some servers send -1 for "unknown".
      if (remaining === undefined || resetAt === undefined || !(remaining >= 0)) continue;
      if (!(resetAt > now)) continue;
      const until = Math.min(resetAt, now + LONGEST_MS);
      const known = this.#known.find((other) => other.bucket === bucket);
      if (known === undefined) {
        const taken = this.#takenSince(since, metric);
        this.#known.push({ bucket, metric, remaining, taken, since, resetAt: until });
      } else if (remaining <= known.remaining) {
        known.remaining = remaining;
        known.taken = this.#takenSince(since, metric);
        known.since = since;
        known.resetAt = Math.max(known.resetAt, until);
      }
    }
  }

  /** Takes a call that is started at `at` from what is left. */
  start(at: number, use: CallEstimate): void {
    this.#startedAt[this.#starts % KEPT] = at;
    this.#uses[this.#starts % KEPT] = use;
    this.#starts += 1;
    for (const known of this.#known) {
      known.taken += amountOf(known.metric, use);
    }
  }

  /** A call that was started at `at` was not sent. */
  takeBack(at: number, use: CallEstimate): void {
    const oldest = Math.max(0, this.#starts - KEPT);
    for (let start = this.#starts - 1; start >= oldest; start--) {
      const place = start % KEPT;
      if (this.#startedAt[place] !== at || !isSame(this.#uses[place], use)) continue;
      this.#uses[place] = undefined;
      break;
    }
    for (const known of this.#known) {
      if (at > known.since) known.taken -= amountOf(known.metric, use);
    }
  }

  /** Whether no header said anything that still counts. */
  get isSilent(): boolean {
    return this.#known.length === 0;
  }

  /** What keeps a call of this size back at `now`, for the longest of all buckets; `undefined` when nothing does. */
  blocks(now: number, use: CallEstimate): ProviderWait | undefined {
    let longest: Known | undefined;
    for (const known of this.#known) {
      const isOver =
        known.resetAt > now && amountOf(known.metric, use) > known.remaining - known.taken;
      if (isOver && known.resetAt > (longest?.resetAt ?? 0)) longest = known;
    }
    if (longest === undefined) return undefined;
    const { resetAt, metric, remaining, taken } = longest;
    return { untilAt: resetAt, metric, remaining: Math.max(0, remaining - taken) };
  }

  /** Becomes the same as another one. */
  copyFrom(other: ProviderLimits): void {
    this.#known = other.#known.map((known) => ({ ...known }));
    this.#startedAt = [...other.#startedAt];
    this.#uses = [...other.#uses];
    this.#starts = other.#starts;
  }

  /** Forgets all, because the times of the resets no longer mean anything. */
  clear(): void {
    this.#known = [];
    this.#starts = 0;
  }

  #takenSince(since: number, metric: LimitMetric): number {
    let taken = 0;
    const oldest = Math.max(0, this.#starts - KEPT);
    for (let start = this.#starts - 1; start >= oldest; start--) {
      if ((this.#startedAt[start % KEPT] ?? 0) <= since) break;
      const use = this.#uses[start % KEPT];
      if (use !== undefined) taken += amountOf(metric, use);
    }
    return taken;
  }
}

function isSame(one: CallEstimate | undefined, other: CallEstimate): boolean {
  return (
    one !== undefined &&
    one.inputTokens === other.inputTokens &&
    one.outputTokens === other.outputTokens &&
    one.microUsd === other.microUsd
  );
}

import { Latest } from '../internal/latest.ts';
import { RecentMap } from '../internal/recent-map.ts';
import { slideSorted } from '../internal/slide-sorted.ts';
import { type Summary, summarise } from './summary.ts';

/** How many recent calls an estimate looks at. */
const KEPT = 32;
/** Fewer calls than this say nothing yet. */
const ENOUGH = 4;
/** Before anything is known: most answers of a task are shorter. */
const PRIOR = 1_000;
/** Keys that are remembered; kinds of task are words that models may make up. */
const KEYS = 1_000;

interface Recent {
  readonly latest: Latest<number>;
  /** The same, smallest first. */
  readonly sorted: number[];
}

/** What models gave before, so that the next call's output can be estimated: the 90th percentile of recent calls. */
export class OutputEstimates {
  readonly #recent = new RecentMap<Recent>(KEYS);

  /** Takes note of a finished call's output tokens, under a key such as `model/kind`. */
  note(key: string, outputTokens: number): void {
    const recent = this.#recent.get(key) ?? { latest: new Latest(KEPT), sorted: [] };
    this.#recent.set(key, recent);
    slideSorted(recent.sorted, outputTokens, recent.latest.add(outputTokens));
  }

  /** The estimate in tokens, never above `maximum`: at least nine in ten recent calls gave no more. */
  estimate(key: string, maximum: number): number {
    const sorted = this.#recent.get(key)?.sorted ?? [];
    if (sorted.length < ENOUGH) return Math.min(PRIOR, maximum);
    return Math.min(sorted[Math.ceil(0.9 * sorted.length) - 1] ?? PRIOR, maximum);
  }

  /** Mean and variance of the recent outputs under a key, and how many there are. */
  summary(key: string): Summary {
    return summarise(this.#recent.get(key)?.latest.values ?? []);
  }
}

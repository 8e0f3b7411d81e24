import { Latest } from '../internal/latest.ts';
import { RecentMap } from '../internal/recent-map.ts';
import { slideSorted } from '../internal/slide-sorted.ts';

/** How many recent calls an expectation looks at where nothing else is said. */
const KEPT = 32;
/** Keys that are remembered; kinds of task are words that models may make up. */
const KEYS = 1_000;

/** How long calls took before, so that the next one's end can be foretold: the median of recent calls. */
export class ExpectedDurations {
  readonly #recent = new RecentMap<Recent>(KEYS);
  readonly #kept: number;

  /** `kept` is how many recent calls an expectation looks at. */
  constructor(kept: number = KEPT) {
    this.#kept = kept;
  }

  /** Takes note of a finished call's duration in ms, under a key such as `model/kind`. */
  note(key: string, durationMs: number): void {
    const recent = this.#recent.get(key) ?? { latest: new Latest(this.#kept), sorted: [] };
    this.#recent.set(key, recent);
    slideSorted(recent.sorted, durationMs, recent.latest.add(durationMs));
  }

  /** The median of recent calls in ms, the lower of two middle ones; `undefined` where there were none. */
  median(key: string): number | undefined {
    const sorted = this.#recent.get(key)?.sorted;
    return sorted?.[(sorted.length - 1) >> 1];
  }

  /**
   * After how many ms this many of 100 recent calls were over; `undefined` where fewer than `least` are known, or fewer
   * than it takes for one to be later.
   */
  percentile(key: string, percentile: number, least: number): number | undefined {
    const sorted = this.#recent.get(key)?.sorted;
    const needed = Math.max(least, Math.ceil(100 / (100 - percentile)));
    if (sorted === undefined || sorted.length < needed) return undefined;
    return sorted[Math.ceil((percentile * sorted.length) / 100) - 1];
  }
}

interface Recent {
  readonly latest: Latest<number>;
  /** The same, smallest first: somebody asks after each of them. */
  readonly sorted: number[];
}

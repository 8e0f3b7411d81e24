import { RecentMap } from '../internal/recent-map.ts';

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
    const recent = this.#recent.get(key) ?? { values: [], sorted: undefined };
    this.#recent.set(key, recent);
    recent.sorted = undefined;
    recent.values.push(durationMs);
    if (recent.values.length > this.#kept) recent.values.shift();
  }

  /** The median of recent calls in ms, the lower of two middle ones; `undefined` where there were none. */
  median(key: string): number | undefined {
    const sorted = this.#sorted(key);
    return sorted?.[(sorted.length - 1) >> 1];
  }

  /**
   * After how many ms this many of 100 recent calls were over; `undefined` where fewer than `least` are known, or fewer
   * than it takes for one to be later.
   */
  percentile(key: string, percentile: number, least: number): number | undefined {
    const sorted = this.#sorted(key);
    const needed = Math.max(least, Math.ceil(100 / (100 - percentile)));
    if (sorted === undefined || sorted.length < needed) return undefined;
    return sorted[Math.ceil((percentile * sorted.length) / 100) - 1];
  }

  #sorted(key: string): readonly number[] | undefined {
    const recent = this.#recent.get(key);
    if (recent === undefined) return undefined;
    recent.sorted ??= recent.values.toSorted((a, b) => a - b);
    return recent.sorted;
  }
}

interface Recent {
  /** In the order of coming. */
  readonly values: number[];
  /** Sorted once somebody asks: a forecast asks for every task that waits. */
  sorted: readonly number[] | undefined;
}

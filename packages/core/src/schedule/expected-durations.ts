import { RecentMap } from '../internal/recent-map.ts';

/** How many recent calls an expectation looks at. */
const KEPT = 32;
/** Keys that are remembered; kinds of task are words that models may make up. */
const KEYS = 1_000;

/** How long calls took before, so that the next one's end can be foretold: the median of recent calls. */
export class ExpectedDurations {
  /** Each in the order of coming. */
  readonly #recent = new RecentMap<number[]>(KEYS);

  /** Takes note of a finished call's duration in ms, under a key such as `model/kind`. */
  note(key: string, durationMs: number): void {
    const recent = this.#recent.get(key) ?? [];
    this.#recent.set(key, recent);
    recent.push(durationMs);
    if (recent.length > KEPT) recent.shift();
  }

  /** The median of recent calls in ms, the lower of two middle ones; `undefined` where there were none. */
  median(key: string): number | undefined {
    const recent = this.#recent.get(key);
    if (recent === undefined) return undefined;
    return recent.toSorted((a, b) => a - b)[(recent.length - 1) >> 1];
  }
}

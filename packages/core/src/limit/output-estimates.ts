/** How many recent calls an estimate looks at. */
const KEPT = 32;
/** Fewer calls than this say nothing yet. */
const ENOUGH = 4;
/** Before anything is known: most answers of a task are shorter. */
const PRIOR = 1_000;
/** Keys that are remembered; kinds of task are words that models may make up. */
const KEYS = 1_000;

/** What models gave before, so that the next call's output can be estimated: the 90th percentile of recent calls. */
export class OutputEstimates {
  /** The key that was noted longest ago comes first. */
  readonly #recent = new Map<string, number[]>();

  /** Takes note of a finished call's output tokens, under a key such as `model/kind`. */
  note(key: string, outputTokens: number): void {
    const recent = this.#recent.get(key) ?? [];
    recent.push(outputTokens);
    if (recent.length > KEPT) recent.shift();
    this.#recent.delete(key);
    this.#recent.set(key, recent);
    if (this.#recent.size > KEYS) this.#forgetOldest();
  }

  /** The estimate in tokens, never above `maximum`: at least nine in ten recent calls gave no more. */
  estimate(key: string, maximum: number): number {
    const recent = this.#recent.get(key);
    if (recent === undefined || recent.length < ENOUGH) return Math.min(PRIOR, maximum);
    const sorted = [...recent].sort((a, b) => a - b);
    return Math.min(sorted[Math.ceil(0.9 * sorted.length) - 1] ?? PRIOR, maximum);
  }

  #forgetOldest(): void {
    for (const key of this.#recent.keys()) {
      this.#recent.delete(key);
      return;
    }
  }
}

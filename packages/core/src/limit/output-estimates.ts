/** How many recent calls an estimate looks at. */
const KEPT = 32;
/** Before anything is known: most answers of a task are shorter. */
const PRIOR = 1_000;

/** What models gave before, so that the next call's output can be estimated: the 90th percentile of recent calls. */
export class OutputEstimates {
  readonly #recent = new Map<string, number[]>();

  /** Takes note of a finished call's output tokens, under a key such as `model/kind`. */
  note(key: string, outputTokens: number): void {
    const recent = this.#recent.get(key);
    if (recent === undefined) {
      this.#recent.set(key, [outputTokens]);
      return;
    }
    recent.push(outputTokens);
    if (recent.length > KEPT) recent.shift();
  }

  /** The estimate in tokens, never above `maximum`. */
  estimate(key: string, maximum: number): number {
    const recent = this.#recent.get(key);
    if (recent === undefined || recent.length < 4) return Math.min(PRIOR, maximum);
    const sorted = [...recent].sort((a, b) => a - b);
    return Math.min(sorted[Math.floor(0.9 * (sorted.length - 1))] ?? PRIOR, maximum);
  }
}

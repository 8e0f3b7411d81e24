import type { LimiterBench } from '../../harness/subject.ts';
import { type Counted, limiterBench, type Used } from '../five-limits.ts';

/** The least that counts exactly: for each limit what was used and when, and their sum. Knows no time to come. */
export async function ringLimiter(): Promise<LimiterBench> {
  return limiterBench((limits) => {
    const logs = limits.map((limit) => new Log(limit));
    return {
      start: (use, now) => {
        for (const log of logs) if (!log.fits(now, use)) return undefined;
        for (const log of logs) log.add(now, use);
        return () => undefined;
      },
      held: () => 0,
    };
  });
}

class Log {
  readonly #counts: 'calls' | 'tokens' | 'microUsd';
  readonly #capacity: number;
  readonly #windowMs: number;
  #ends = new Float64Array(1_024);
  #amounts = new Float64Array(1_024);
  #first = 0;
  #next = 0;
  #sum = 0;

  constructor({ counts, capacity, windowMs }: Counted) {
    this.#counts = counts;
    this.#capacity = capacity;
    this.#windowMs = windowMs;
  }

  fits(now: number, use: Used): boolean {
    const mask = this.#ends.length - 1;
    while (this.#first < this.#next && (this.#ends[this.#first & mask] ?? 0) <= now) {
      this.#sum -= this.#amounts[this.#first & mask] ?? 0;
      this.#first += 1;
    }
    return this.#sum + this.#amountOf(use) <= this.#capacity;
  }

  add(now: number, use: Used): void {
    if (this.#next - this.#first === this.#ends.length) this.#grow();
    const index = this.#next & (this.#ends.length - 1);
    this.#ends[index] = now + this.#windowMs;
    this.#amounts[index] = this.#amountOf(use);
    this.#sum += this.#amountOf(use);
    this.#next += 1;
  }

  #amountOf({ tokens, microUsd }: Used): number {
    if (this.#counts === 'calls') return 1;
    return this.#counts === 'tokens' ? tokens : microUsd;
  }

  #grow(): void {
    const size = this.#ends.length;
    const move = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(size * 2);
      for (let at = this.#first; at < this.#next; at++) {
        larger[at & (size * 2 - 1)] = old[at & (size - 1)] ?? 0;
      }
      return larger;
    };
    const [ends, amounts] = [move(this.#ends), move(this.#amounts)];
    this.#ends = ends;
    this.#amounts = amounts;
  }
}

import { RecentMap } from '../internal/recent-map.ts';
import { LearnedRate } from './learned-rate.ts';

/** Keys, those that were taken away among them, of which is remembered what they bear. */
const MOST_KEYS = 1_000;

/** How many calls a minute each key of a model bears, learned from its refusals. Times are epoch ms. */
export class KeyRates {
  readonly #rates = new RecentMap<LearnedRate>(MOST_KEYS);

  /** What is known of a key. */
  of(keyName: string): LearnedRate {
    const known = this.#rates.get(keyName);
    if (known !== undefined) return known;
    const rate = new LearnedRate();
    this.#rates.set(keyName, rate);
    return rate;
  }

  /** Whether nothing was heard of any key. */
  get isEmpty(): boolean {
    return this.#rates.size === 0;
  }

  /** Those keys of which something is known. */
  get all(): readonly (readonly [keyName: string, rate: LearnedRate])[] {
    return [...this.#rates];
  }
}

import type { SpentMetric } from '../journal/spending.ts';
import type { BudgetSpec } from '../spec/limit.ts';
import { microUsdOf } from './decimal.ts';

/** Where the default warning is given. */
const WARN_AT: readonly number[] = [0.8];

/**
 * One amount of a budget: how much it is, and how much of that is used and held. Money is in micro-dollars. One that
 * is refilled from time to time can stand in its place, since nobody but it knows what counts as used.
 */
export interface Purse {
  readonly metric: SpentMetric;
  readonly capacity: number;
  /** Shares of the capacity at which it is told, smallest first. */
  readonly warnAt: readonly number[];
  readonly used: number;
  readonly held: number;
  /** `wait` where only what is held stands in the way, since it may be given back; `never` where too little is left. */
  fits(amount: number): 'run' | 'wait' | 'never';
  /** Reserves; never refuses, so that state can be rebuilt from a record. */
  hold(amount: number): void;
  /** Gives back what was held, and takes what was used of it. */
  settle(held: number, used: number): void;
}

/** Who else counts what is used of a purse, where that is not the purse itself. */
export type Ledger = (metric: SpentMetric) => number;

/** The purses of a budget for ever, one for each amount that it names; amounts that are not above 0 allow nothing. */
export function pursesOf(spec: BudgetSpec, ledger?: Ledger): readonly Purse[] {
  const { usd, tokens, calls } = spec;
  const amounts: readonly (readonly [SpentMetric, number | undefined])[] = [
    ['usd', usd === undefined ? undefined : microUsdOf(usd)],
    ['tokens', tokens],
    ['calls', calls],
  ];
  const warnAt = [...new Set(spec.warnAt ?? WARN_AT)].sort((a, b) => a - b);
  return amounts.flatMap(([metric, amount]) => {
    if (amount === undefined) return [];
    const capacity = amount > 0 ? Math.floor(amount) : 0;
    return [new EternalPurse(metric, capacity, warnAt, ledger)];
  });
}

class EternalPurse implements Purse {
  readonly metric: SpentMetric;
  readonly capacity: number;
  readonly warnAt: readonly number[];
  readonly #ledger: Ledger | undefined;
  #used = 0;
  #held = 0;

  constructor(
    metric: SpentMetric,
    capacity: number,
    warnAt: readonly number[],
    ledger: Ledger | undefined,
  ) {
    this.metric = metric;
    this.capacity = capacity;
    this.warnAt = warnAt;
    this.#ledger = ledger;
  }

  get used(): number {
    return this.#ledger === undefined ? this.#used : this.#ledger(this.metric);
  }

  get held(): number {
    return this.#held;
  }

  fits(amount: number): 'run' | 'wait' | 'never' {
    const { used } = this;
    if (amount === 0 || used + this.#held + amount <= this.capacity) return 'run';
    return used + amount > this.capacity ? 'never' : 'wait';
  }

  hold(amount: number): void {
    this.#held += amount;
  }

  settle(held: number, used: number): void {
    this.#held -= held;
    this.#used += used;
  }
}

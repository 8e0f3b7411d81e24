import type { CallEstimate, Hold } from '../spec/event.ts';
import type { BudgetSpec, LimitMetric } from '../spec/limit.ts';
import { amountOf, chargeOf } from './call-amount.ts';
import { microUsdOf } from './decimal.ts';
import { units } from './limit-reasons.ts';
import type { Admission, Claim, LimitUse } from './model-limits.ts';

interface Purse {
  readonly limit: string;
  readonly metric: LimitMetric;
  readonly capacity: number;
  used: number;
  held: number;
}

/**
 * What a run may spend in all. Calls reserve their worst case, so that together they never use more than the budget
 * unless a provider bills more than that. The same shape as the limits of a model, without a clock.
 */
export class RunBudget {
  readonly #purses: readonly Purse[];
  readonly #open = new Map<string, CallEstimate>();

  /** Amounts that are not above 0 allow nothing; those left out allow everything. */
  constructor({ usd, tokens, calls }: BudgetSpec) {
    this.#purses = [
      ...purse('usd', usd === undefined ? undefined : microUsdOf(usd)),
      ...purse('tokens', tokens),
      ...purse('calls', calls),
    ];
  }

  /** `wait` where only calls under way stand in the way, since they may use less; `never` where too little is left. Changes nothing. */
  admit({ worst }: Claim): Admission {
    let waiting: Admission | undefined;
    const holds: Hold[] = [];
    for (const one of this.#purses) {
      const { limit, metric, capacity, used, held } = one;
      const amount = amountOf(metric, worst);
      holds.push({ limit, amount });
      if (amount === 0 || used + held + amount <= capacity) continue;
      if (used + amount > capacity) return { kind: 'never', why: refusal(one, amount) };
      waiting ??= {
        kind: 'wait',
        untilAt: undefined,
        why: `the run's budget of ${units(metric, capacity)} is reserved by calls under way`,
      };
    }
    return waiting ?? { kind: 'run', holds };
  }

  /** Reserves the worst case of a call that was admitted. Never refuses; a call that is open already is not charged again. */
  start(call: string, { worst }: Claim): void {
    if (this.#open.has(call)) return;
    this.#open.set(call, worst);
    for (const one of this.#purses) one.held += chargeOf(one.metric, worst);
  }

  /** Replaces what an open call reserved by what it used; does nothing for any other call. */
  settle(call: string, actual: CallEstimate): void {
    this.#end(call, actual);
  }

  /** Gives back all that an open call reserved. */
  release(call: string): void {
    this.#end(call, undefined);
  }

  /** How every part of the budget stands. */
  use(): readonly LimitUse[] {
    return this.#purses.map(({ limit, used, held, capacity }) => ({
      limit,
      used,
      held,
      capacity,
      resetAt: undefined,
    }));
  }

  #end(call: string, actual: CallEstimate | undefined): void {
    const worst = this.#open.get(call);
    if (worst === undefined) return;
    this.#open.delete(call);
    for (const one of this.#purses) {
      one.held -= chargeOf(one.metric, worst);
      if (actual !== undefined) one.used += chargeOf(one.metric, actual);
    }
  }
}

function purse(metric: 'usd' | 'tokens' | 'calls', capacity: number | undefined): readonly Purse[] {
  if (capacity === undefined) return [];
  const allowed = capacity > 0 ? Math.floor(capacity) : 0;
  return [{ limit: `run budget: ${metric}`, metric, capacity: allowed, used: 0, held: 0 }];
}

function refusal({ metric, capacity, used }: Purse, amount: number): string {
  const left = units(metric, Math.max(0, capacity - used));
  return `the run's budget of ${units(metric, capacity)} has ${left} left, and the next call may use ${units(metric, amount)}`;
}

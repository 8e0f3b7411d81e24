import type { CallEstimate } from '../spec/call-amounts.ts';
import type { LimitMetric } from '../spec/limit.ts';

/** The most that one call is charged, so that sums of broken figures stay exact. */
const MAX_CHARGE = 2 ** 50;

/** How much of a metric a call uses, as it was estimated: whole units, money in micro-dollars, never below 0. */
export function amountOf(metric: LimitMetric, use: CallEstimate): number {
  switch (metric) {
    case 'calls':
    case 'concurrency':
      return 1;
    case 'tokens':
      return whole(use.inputTokens) + whole(use.outputTokens);
    case 'input-tokens':
      return whole(use.inputTokens);
    case 'uncached-input-tokens':
      return whole(use.inputTokens - (use.cachedInputTokens ?? 0));
    case 'output-tokens':
      return whole(use.outputTokens);
    case 'usd':
      return whole(use.microUsd);
  }
}

/** How much of a metric a call is charged: `amountOf`, bounded. */
export function chargeOf(metric: LimitMetric, use: CallEstimate): number {
  return Math.min(amountOf(metric, use), MAX_CHARGE);
}

function whole(amount: number): number {
  return amount > 0 ? Math.ceil(amount) : 0;
}

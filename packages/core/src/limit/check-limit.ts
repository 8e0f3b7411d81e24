import type { LimitRule } from '../spec/limit.ts';
import { scaleDecimal } from './decimal.ts';
import { METRIC_NAME } from './limit-words.ts';

/** The longest window, a leap year. */
const MAX_WINDOW_MS = 366 * 86_400_000;

/** What is wrong with a limit, and in which of its fields. */
export interface LimitProblem {
  readonly field: keyof LimitRule;
  readonly message: string;
}

/** What is wrong with a limit as data; `undefined` when it can be kept. */
export function checkLimit(rule: LimitRule): LimitProblem | undefined {
  if (!Object.hasOwn(METRIC_NAME, rule.metric)) {
    return { field: 'metric', message: `expected one of ${Object.keys(METRIC_NAME).join(', ')}` };
  }
  return capacityProblem(rule) ?? windowProblem(rule);
}

function capacityProblem({ metric, capacity }: LimitRule): LimitProblem | undefined {
  const wrong = (message: string): LimitProblem => ({ field: 'capacity', message });
  if (!(capacity > 0)) return wrong('an amount must be greater than zero');
  const units = metric === 'usd' ? scaleDecimal(String(capacity), 6) : capacity;
  if (units > Number.MAX_SAFE_INTEGER) {
    return wrong('the amount is too large to be counted exactly; leave the limit out instead');
  }
  if (Number.isInteger(units)) return undefined;
  return wrong(
    metric === 'usd'
      ? 'money is counted in millionths of a dollar; give at most six decimals'
      : 'expected a whole number',
  );
}

function windowProblem({ metric, windowMs }: LimitRule): LimitProblem | undefined {
  const wrong = (message: string): LimitProblem => ({ field: 'windowMs', message });
  if (metric === 'concurrency') {
    return windowMs === undefined ? undefined : wrong('calls at once have no window; leave it out');
  }
  if (windowMs === undefined) return wrong('expected the length of the window in ms');
  if (!(windowMs >= 1)) return wrong('a window is at least 1 ms long');
  if (windowMs > MAX_WINDOW_MS) return wrong('a window is at most 366 d long');
  return Number.isInteger(windowMs) ? undefined : wrong('expected whole ms');
}

import type { LimitRule } from '../spec/limit.ts';
import { checkGraduated, checkSchedule } from './check-profile.ts';
import { scaleDecimal } from './decimal.ts';
import { formProblem, shownValue, unknownField } from './limit-forms.ts';
import { METRIC_NAME, PERIOD_WORDS } from './limit-words.ts';
import { timeZoneProblem } from './time-zone.ts';

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
  const unknown = unknownField(rule, 'limit') as keyof LimitRule | undefined;
  if (unknown !== undefined) {
    return { field: unknown, message: formProblem(rule, 'limit') ?? '' };
  }
  return (
    softProblem(rule) ??
    capacityProblem(rule) ??
    (rule.metric === 'concurrency' ? atOnceProblem(rule) : windowProblem(rule)) ??
    calendarProblem(rule) ??
    burstProblem(rule) ??
    checkSchedule(rule) ??
    checkGraduated(rule)
  );
}

/** What is wrong with an amount of a metric, in words; money is in dollars. */
function amountProblem(metric: LimitRule['metric'], amount: number): string | undefined {
  const units = metric === 'usd' ? scaleDecimal(String(amount), 6) : amount;
  if (units > Number.MAX_SAFE_INTEGER) {
    return 'the amount is too large to be counted exactly; leave the limit out instead';
  }
  if (Number.isInteger(units)) return undefined;
  return metric === 'usd'
    ? 'money is counted in millionths of a dollar; give at most six decimals'
    : 'expected a whole number';
}

/** The same for an amount that may come from JavaScript; `zero` is said of one that is not above 0. */
function positiveProblem(
  metric: LimitRule['metric'],
  amount: unknown,
  zero: string,
): string | undefined {
  if (typeof amount !== 'number' || Number.isNaN(amount)) {
    return `expected a number, and not ${shownValue(amount)}`;
  }
  return amount > 0 ? amountProblem(metric, amount) : zero;
}

function softProblem({ metric, soft }: LimitRule): LimitProblem | undefined {
  const wrong = (message: string): LimitProblem => ({ field: 'soft', message });
  if (soft === undefined || soft === false) return undefined;
  if (soft !== true) return wrong(`expected true or false, and not ${shownValue(soft)}`);
  if (metric !== 'concurrency') return undefined;
  return wrong('calls at once are never estimated; leave it out');
}

function capacityProblem({ metric, capacity }: LimitRule): LimitProblem | undefined {
  const message = positiveProblem(metric, capacity, 'an amount must be greater than zero');
  return message === undefined ? undefined : { field: 'capacity', message };
}

function atOnceProblem(rule: LimitRule): LimitProblem | undefined {
  const field = (['windowMs', 'period', 'kind', 'burst'] as const).find(
    (name) => rule[name] !== undefined,
  );
  return field === undefined
    ? undefined
    : { field, message: 'calls at once have no window; leave it out' };
}

function windowProblem({ windowMs, period, kind }: LimitRule): LimitProblem | undefined {
  const wrong = (message: string): LimitProblem => ({ field: 'windowMs', message });
  if (kind !== undefined && !['rolling', 'session', 'smooth'].includes(kind)) {
    return { field: 'kind', message: 'expected rolling, session or smooth' };
  }
  if (period !== undefined) {
    return windowMs === undefined
      ? undefined
      : wrong('a calendar period has its own length; leave it out');
  }
  if (windowMs === undefined) return wrong('expected the length of the window in ms');
  if (!(windowMs >= 1)) return wrong('a window is at least 1 ms long');
  if (windowMs > MAX_WINDOW_MS) return wrong('a window is at most 366 d long');
  return Number.isInteger(windowMs) ? undefined : wrong('expected whole ms');
}

function calendarProblem({ period, timeZone, kind }: LimitRule): LimitProblem | undefined {
  if (period === undefined) {
    return timeZone === undefined
      ? undefined
      : { field: 'timeZone', message: 'only a calendar period has a time zone; leave it out' };
  }
  if (!PERIOD_WORDS.has(period)) {
    return { field: 'period', message: 'expected hour, day, week or month' };
  }
  if (kind !== undefined && kind !== 'rolling') {
    return {
      field: 'kind',
      message: `a calendar period begins when the calendar says so and cannot be ${kind === 'smooth' ? 'smooth' : 'a session'}; write two limits`,
    };
  }
  const message = timeZone === undefined ? undefined : timeZoneProblem(timeZone);
  return message === undefined ? undefined : { field: 'timeZone', message };
}

function burstProblem({ metric, burst, kind, capacity }: LimitRule): LimitProblem | undefined {
  const wrong = (message: string): LimitProblem => ({ field: 'burst', message });
  if (burst === undefined) return undefined;
  if (kind !== 'smooth') return wrong('only a smooth limit has a burst; leave it out');
  if (burst > capacity) return wrong('a burst cannot be more than the limit itself');
  const message = positiveProblem(metric, burst, 'a burst must be greater than zero');
  return message === undefined ? undefined : wrong(message);
}

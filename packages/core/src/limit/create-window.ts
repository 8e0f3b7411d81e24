import type { LimitRule } from '../spec/limit.ts';
import { createPeriods, LONGEST_PERIOD_MS } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { microUsdOf } from './decimal.ts';
import { RollingWindow } from './rolling-window.ts';
import { SessionWindow } from './session-window.ts';
import { SmoothWindow } from './smooth-window.ts';
import type { Window } from './window.ts';

/** The window that a limit counts in. */
export function createWindow(rule: LimitRule): Window {
  const { metric, windowMs = 0, kind, period, timeZone = 'UTC', burst } = rule;
  const capacity = unitsOf(metric, rule.capacity);
  if (period !== undefined) return new CalendarWindow(capacity, createPeriods(period, timeZone));
  if (kind === 'session') return new SessionWindow(capacity, windowMs);
  if (kind === 'smooth') {
    // What drains in one ms may always come at once, or the rate could not be reached.
    const least = Math.ceil(capacity / windowMs);
    const atOnce = burst === undefined ? 1 : unitsOf(metric, burst);
    return new SmoothWindow(capacity, windowMs, Math.max(least, atOnce));
  }
  return new RollingWindow(capacity, windowMs);
}

/** How far back a limit looks, in ms: what is older has no say in it. */
export function memoryOf({ windowMs = 0, kind, period }: LimitRule): number {
  if (period !== undefined) return LONGEST_PERIOD_MS[period];
  // Where a session began may depend on the one before it; what flows evenly may be in debt.
  return kind === 'session' || kind === 'smooth' ? 2 * windowMs : windowMs;
}

/** An amount in the units that are counted: money in micro-dollars. */
export function unitsOf(metric: LimitRule['metric'], amount: number): number {
  return metric === 'usd' ? microUsdOf(amount) : amount;
}

import type { Hold } from '../spec/call-amounts.ts';
import type { LimitMetric, LimitRule } from '../spec/limit.ts';
import { type CapacityProfile, createProfile, fitInProfile } from './capacity-profile.ts';
import { createWindow, unitsOf } from './create-window.ts';
import { describeLimit } from './describe-limit.ts';
import { Grade } from './grade.ts';
import { SessionWindow } from './session-window.ts';
import type { Window } from './window.ts';

/** One limit over a window, with all that was charged to it. */
export interface Meter {
  /** `coder: 5 calls / 20s`. */
  readonly limit: string;
  readonly rule: LimitRule;
  readonly metric: LimitMetric;
  readonly soft: boolean;
  readonly window: Window;
  /** The same, where it is one by sessions. */
  readonly session: SessionWindow | undefined;
  readonly profile: CapacityProfile | undefined;
  readonly grade: Grade | undefined;
  readonly oneCall: Hold;
}

/** Makes a limit of `owner` on calls, tokens or money, with nothing charged yet. */
export function createMeter(owner: string, rule: LimitRule): Meter {
  const { metric, soft = false, schedule, graduated } = rule;
  const window = createWindow(rule);
  const limit = `${owner}: ${describeLimit(rule)}`;
  return {
    limit,
    rule,
    metric,
    soft,
    window,
    session: window instanceof SessionWindow ? window : undefined,
    profile:
      schedule && createProfile(window.capacity, schedule, (amount) => unitsOf(metric, amount)),
    grade: graduated && new Grade(graduated),
    oneCall: { limit, amount: 1 },
  };
}

/** The same as it stands; changes to one are not seen by the other. */
export function copyMeter(meter: Meter): Meter {
  const window = meter.window.clone();
  const session = window instanceof SessionWindow ? window : undefined;
  return { ...meter, window, session, grade: meter.grade?.clone() };
}

/** What may be used at `at`. */
export function capacityAt({ window, profile, grade }: Meter, at: number): number {
  const capacity = profile === undefined ? window.capacity : profile.capacityAt(at);
  return grade === undefined ? capacity : grade.of(capacity);
}

/** The most that may ever be used. */
function mostOf({ window, profile }: Meter): number {
  return profile?.most ?? window.capacity;
}

/** The earliest time from `now` on at which an amount fits; Infinity for more than the limit ever allows. */
export function fitAt(meter: Meter, now: number, amount: number): number {
  const { window, profile, grade } = meter;
  if (amount === 0) return now;
  if (profile === undefined && grade === undefined) return window.fitAt(now, amount);
  const most = mostOf(meter);
  if (amount > most) return Number.POSITIVE_INFINITY;
  const scale = (capacity: number): number =>
    grade === undefined || capacity === 0 ? capacity : grade.of(capacity);
  // What is more than a limit allows so far goes alone, or it would never have a chance to rise.
  const fitting = Math.min(amount, scale(most));
  return profile === undefined
    ? window.fitAt(now, fitting, scale(most))
    : fitInProfile(window, profile, now, fitting, scale);
}

/** Whether two count the same by the same rule. */
export function isSameMeter(one: Meter, other: Meter): boolean {
  return JSON.stringify(one.rule) === JSON.stringify(other.rule);
}

import type { GaugeRule, LimitMetric, LimitRule } from '../spec/limit.ts';
import type { ReservationWindow } from '../spec/reservation-store.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { createPeriods, type PeriodOf } from './calendar-periods.ts';
import { unitsOf } from './create-window.ts';
import { describeLimit, describePeriod } from './describe-limit.ts';
import { METRIC_NAME } from './limit-words.ts';

/** From so many calls on that may ask at once, any number may. */
const FEW = 1_000;

/** Until when a limit is not asked, and why, in words that go with the time. */
export interface JointFull {
  readonly untilAt: number;
  readonly on: WaitCause;
  why(now: number): string;
}

/** A limit that is kept together with other processes, and how it stands as far as this one was told. */
export interface JointLimit {
  /** Its name for all processes, without its capacity, since what was used counts whatever that becomes: `key team: calls / 2s`. */
  readonly limit: string;
  readonly owner: string;
  readonly metric: LimitMetric;
  readonly soft: boolean;
  /** In units that are counted. */
  readonly capacity: number;
  readonly windowMs: number | undefined;
  readonly periodOf: PeriodOf | undefined;
  /** It was full; nothing is tried before `untilAt`, epoch ms. */
  full: JointFull | undefined;
  /** How many calls may ask for room at once: one after it was full, twice as many with each that got some. */
  allowed: number;
  /** How many ask. */
  asking: number;
  /** How often in a row it was full. */
  refusals: number;
}

/** Makes the joint limits of `owner` out of normalised rules; gauges are of one machine, and never joint. */
export function createJointLimits(
  owner: string,
  rules: readonly (LimitRule | GaugeRule)[],
): readonly JointLimit[] {
  const limits = new Map<string, JointLimit>();
  for (const rule of rules) {
    if ('gauge' in rule) continue;
    const limit = createJointLimit(owner, rule);
    const same = limits.get(limit.limit);
    if (same === undefined || limit.capacity < same.capacity) limits.set(limit.limit, limit);
  }
  return [...limits.values()];
}

/** A limit was full: it is left alone for a while, and then asked by one call. */
export function jointFull(joint: JointLimit, full: JointFull): void {
  joint.full = full;
  joint.allowed = 1;
  joint.refusals += 1;
}

/** A limit had room. Returns whether calls were held back that may ask now. */
export function jointGranted(joint: JointLimit): boolean {
  joint.refusals = 0;
  if (joint.allowed === Number.POSITIVE_INFINITY) return false;
  joint.allowed = joint.allowed < FEW ? joint.allowed * 2 : Number.POSITIVE_INFINITY;
  return true;
}

/** Why a rule cannot be kept together with other processes, in words; `undefined` where it can. */
export function whyNotJoint(rule: LimitRule | GaugeRule): string | undefined {
  if ('gauge' in rule) return undefined;
  const what =
    rule.schedule !== undefined || rule.graduated !== undefined
      ? 'a limit by hours or in steps'
      : rule.kind === 'session' || rule.kind === 'smooth'
        ? `a ${rule.kind} limit`
        : undefined;
  return what && `"${describeLimit(rule)}" is ${what}`;
}

/**
 * The windows in which a call counts that starts at `at`. A call may be `leewayMs` on its way to whoever counts it, so that it counts
 * that much longer in a rolling window, and in the next period too where that is near.
 */
export function windowsAt(
  { metric, windowMs = 0, periodOf }: JointLimit,
  at: number,
  leewayMs: number,
): readonly ReservationWindow[] {
  if (metric === 'concurrency') return [{ kind: 'places' }];
  if (periodOf === undefined) return [{ kind: 'rolling', windowMs: windowMs + leewayMs }];
  const { start, end } = periodOf(at);
  const window: ReservationWindow = { kind: 'period', startAt: start, endAt: end };
  if (at + leewayMs < end) return [window];
  const next = periodOf(end);
  return [window, { kind: 'period', startAt: next.start, endAt: next.end }];
}

function createJointLimit(owner: string, rule: LimitRule): JointLimit {
  const { metric, soft = false, period, timeZone = 'UTC', windowMs } = rule;
  const softly = soft ? ', soft' : '';
  return {
    limit: `${owner}: ${METRIC_NAME[metric]}${describePeriod(rule)}${softly}`,
    owner,
    metric,
    soft,
    capacity: unitsOf(metric, rule.capacity),
    windowMs,
    periodOf: period === undefined ? undefined : createPeriods(period, timeZone),
    full: undefined,
    allowed: Number.POSITIVE_INFINITY,
    asking: 0,
    refusals: 0,
  };
}

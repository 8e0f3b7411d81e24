import type { CallEstimate } from '../spec/call-amounts.ts';
import type { ReservationAnswer, ReservationWant } from '../spec/reservation-store.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { type Admission, type Claim, charged, claimed } from './claim.ts';
import { type JointLimit, windowsAt } from './joint-limit.ts';
import { units, waitReason } from './limit-reasons.ts';
import { type LimitSet, weightOf } from './limit-set.ts';

/** A joint limit in which a call counts, and by how much. */
export interface JointShare {
  readonly joint: JointLimit;
  readonly weight: number;
}

/** No call is charged more in a store, so that its sums stay exact. */
const MOST = 2 ** 40;

/** The joint limits in which a call of `model` counts, out of all of its limits; of two that count the same, the lower one. */
export function jointShares(sets: readonly LimitSet[], model: string): readonly JointShare[] {
  const shares = new Map<string, JointShare>();
  for (const set of sets) {
    for (const joint of set.joint) {
      const same = shares.get(joint.limit)?.joint;
      if (same !== undefined && same.capacity <= joint.capacity) continue;
      shares.set(joint.limit, { joint, weight: weightOf(set, model) });
    }
  }
  return [...shares.values()];
}

type Wait = Extract<Admission, { kind: 'wait' }>;

/** Why a call may not ask for room now, as far as earlier answers tell; `undefined` when it may. */
export function jointRefusal(sets: readonly LimitSet[], now: number): Wait | undefined {
  let latest: Wait | undefined;
  for (const { joint } of sets) {
    for (const limit of joint) {
      const wait = waitOf(limit, now);
      if (wait === undefined) continue;
      if (latest === undefined || (wait.untilAt ?? 0) > (latest.untilAt ?? 0)) latest = wait;
    }
  }
  return latest;
}

function waitOf({ full, asking, allowed, owner }: JointLimit, now: number): Wait | undefined {
  if (full !== undefined && full.untilAt > now) {
    return { kind: 'wait', untilAt: full.untilAt, why: full.why(now), on: full.on };
  }
  if (asking < allowed) return undefined;
  const why = `${owner}, over all processes: others are asking for room already`;
  return { kind: 'wait', untilAt: undefined, why };
}

/** What a call that starts at `at` wants of a store. */
export function wantsOf(
  shares: readonly JointShare[],
  claim: Claim,
  at: number,
  leewayMs: number,
): readonly ReservationWant[] {
  return shares.flatMap(({ joint, weight }) => {
    const { limit, capacity } = joint;
    const amount = Math.min(MOST, claimed(joint, claim, weight));
    return windowsAt(joint, at, leewayMs).map((window) => ({ limit, window, capacity, amount }));
  });
}

/** The places that a call wants, which are its own as long as it is under way. */
export function placesOf(shares: readonly JointShare[], claim: Claim): readonly ReservationWant[] {
  const places = shares.filter(({ joint }) => joint.metric === 'concurrency');
  return wantsOf(places, claim, 0, 0);
}

/** What a call used of each joint limit. */
export function usedOf(
  shares: readonly JointShare[],
  use: CallEstimate,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    shares
      .filter(({ joint }) => joint.metric !== 'concurrency')
      .map(({ joint, weight }) => [joint.limit, Math.min(MOST, charged(joint, use, weight))]),
  );
}

/** What is waited for where a store refused. */
export function causeOf({ owner, metric, capacity }: JointLimit): WaitCause {
  const what = metric === 'concurrency' ? 'calls at once' : units(metric, capacity);
  return { kind: 'limit', what: `${owner}, over all processes: ${what}` };
}

/** Why a store refused, in words. */
export function whyRefused(
  { joint: { owner, metric, soft, capacity }, weight }: JointShare,
  claim: Claim,
  { used, untilAt }: Extract<ReservationAnswer, { kind: 'wait' }>,
  now: number,
): string {
  const whose = `${owner}, over all processes`;
  if (metric === 'concurrency' || untilAt === undefined) {
    return `${whose}: ${used}/${units(metric, capacity)}, free when one ends`;
  }
  const amount = claimed({ metric, soft }, claim, weight);
  return `${whose}: ${waitReason(metric, { used, capacity, amount, waitMs: untilAt - now })}`;
}

import type { WaitCause } from '../spec/task-events.ts';
import type { Decider } from './decider.ts';
import { outageEndsAt } from './outage.ts';

/** Longest wait for the one call that tries a failed model again; its end wakes the dispatcher anyway. */
const TRIAL_MS = 60_000;

/**
 * A model that failed is left alone for a while, and then tried with one call before it gets more; one that refused calls
 * without saying when to come again gets fewer. `untilAt` is when to look again.
 */
export function downUntil(
  decider: Decider,
  run: string,
  model: string,
  nowMs: number,
): { readonly untilAt: number; readonly why: string; readonly on: WaitCause } | undefined {
  const down = decider.projection.breakers.down(model, nowMs);
  if (down === undefined) return decider.settings.members.get(model)?.learned.wait(nowMs);
  const { untilAt = nowMs + TRIAL_MS, why, fault } = down;
  const on = { kind: 'outage', what: fault } as const;
  const endsAt = outageEndsAt(decider, run, model) ?? untilAt;
  return { untilAt: endsAt > nowMs ? Math.min(untilAt, endsAt) : untilAt, why, on };
}

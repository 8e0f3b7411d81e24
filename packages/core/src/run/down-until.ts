import type { RunState, TaskState } from '../journal/run-state.ts';
import type { WaitCause } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Decider } from './decider.ts';
import { outageEndsAt } from './outage.ts';
import type { Settings } from './settings.ts';
import { toolCallOf } from './tool-access.ts';

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

/** Why the tool that does a task keeps it waiting, and until when to wait, if it does. Pure. */
export function toolWait(
  { projection, settings }: Decider,
  run: RunState,
  { task }: TaskState,
  nowMs: number,
):
  | {
      readonly because: string;
      readonly untilAt: number | undefined;
      readonly on: WaitCause | undefined;
      readonly isQuota?: true;
    }
  | undefined {
  const { step } = task;
  if (step === undefined) return undefined;
  const down = projection.tools.down(step.tool, nowMs);
  if (down === undefined) return quotaWait(settings, run, task, step.tool, nowMs);
  const because = `the tool ${step.tool} is out of order: ${down.why}`;
  const on = { kind: 'outage', what: `tool ${step.tool}: ${down.fault}` } as const;
  return { because, untilAt: down.untilAt ?? nowMs + TRIAL_MS, on };
}

function quotaWait(
  { tools, toolLimits }: Settings,
  run: RunState,
  task: PlanTask,
  name: string,
  nowMs: number,
): ReturnType<typeof toolWait> {
  const tool = toolLimits.bounds(name) ? tools.get(name) : undefined;
  if (tool === undefined) return undefined;
  const admission = toolLimits.admit(toolCallOf(run, task, undefined, name, tool), nowMs);
  if (admission.kind === 'run') return undefined;
  const { untilAt, on } = admission.kind === 'wait' ? admission : {};
  return { because: admission.why, untilAt, on, isQuota: true };
}

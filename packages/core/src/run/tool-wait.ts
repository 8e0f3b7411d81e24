import type { RunState } from '../journal/run-state.ts';
import { answerKey, type ToolCall } from '../limit/tool-rules.ts';
import type { PlanTask, ToolStep } from '../spec/task.ts';
import type { WaitCause } from '../spec/task-events.ts';
import type { Decider } from './decider.ts';
import type { Settings } from './settings.ts';
import { toolCallOf } from './tool-access.ts';

/** Longest wait for the one call that tries a failed tool again; its end wakes the dispatcher anyway. */
const TRIAL_MS = 60_000;

/** Why the tool that does a task keeps it waiting. */
export interface ToolWait {
  readonly because: string;
  /** When to look again, epoch ms; `undefined` where only the end of a call helps. */
  readonly untilAt: number | undefined;
  readonly on: WaitCause | undefined;
  /** Whether a quota does, which gives no turn before `untilAt`; the tool is out of order otherwise. */
  readonly isQuota: boolean;
}

/** The call of a step as quotas see it; `undefined` where none counts its tool. Pure. */
export function stepCallOf(
  { tools, toolLimits }: Pick<Settings, 'tools' | 'toolLimits'>,
  run: RunState,
  task: PlanTask,
  { tool: name }: ToolStep,
): ToolCall | undefined {
  const tool = toolLimits.bounds(name) ? tools.get(name) : undefined;
  return tool === undefined ? undefined : toolCallOf(run, task, undefined, name, tool);
}

/** What steps have in common that their tool gives the same answer. Pure. */
export function lineOf({ tool }: ToolStep, call: ToolCall | undefined): string {
  return call === undefined ? tool : answerKey(call);
}

/** Why the tool of a step keeps it waiting, if it does. Pure. */
export function toolWait(
  { projection, settings }: Decider,
  { tool }: ToolStep,
  call: ToolCall | undefined,
  nowMs: number,
): ToolWait | undefined {
  const down = projection.tools.down(tool, nowMs);
  if (down !== undefined) {
    const because = `the tool ${tool} is out of order: ${down.why}`;
    const on = { kind: 'outage', what: `tool ${tool}: ${down.fault}` } as const;
    return { because, untilAt: down.untilAt ?? nowMs + TRIAL_MS, on, isQuota: false };
  }
  const admission = call === undefined ? undefined : settings.toolLimits.admit(call, nowMs);
  if (admission === undefined || admission.kind === 'run') return undefined;
  const { untilAt, on } = admission.kind === 'wait' ? admission : {};
  return { because: admission.why, untilAt, on, isQuota: true };
}

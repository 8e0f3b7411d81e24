import type { TaskState } from '../journal/run-state.ts';
import type { Admission } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import type { Decider } from './decider.ts';
import { downUntil } from './down-until.ts';
import { expectedEnd } from './expected-ends.ts';
import { needsNoModel } from './no-model.ts';
import { outputKey } from './output-key.ts';
import { candidatesOf } from './task-candidates.ts';
import { tooSlow } from './too-slow.ts';

/** Until when a waiting task may wait. Epoch ms; infinity where it may wait for ever. */
export interface TaskTimes {
  readonly latestStartAt: number;
  readonly expiresAt: number;
}

/** When a task that becomes ready at `nowMs` must have started, and when it has waited too long. Pure. */
export function timesOf(decider: Decider, task: TaskState, nowMs: number): TaskTimes {
  const { deadlineAt, maxWaitMs = decider.settings.maxWaitMs } = task.task;
  const waitedAt = nowMs + maxWaitMs;
  if (deadlineAt === undefined) {
    return { latestStartAt: Number.POSITIVE_INFINITY, expiresAt: waitedAt };
  }
  if (whyTooLate(decider, task, nowMs) !== undefined) {
    return { latestStartAt: nowMs, expiresAt: nowMs };
  }
  const latestStartAt = deadlineAt - fastest(decider, task);
  // At its latest start it may still start; a moment later it cannot be in time.
  return { latestStartAt, expiresAt: Math.min(waitedAt, latestStartAt + 1) };
}

/**
 * Why a task cannot be done by its deadline any more, with the earliest moment at which it could; `undefined` while it
 * can. A model counts from the moment its limits let a call through, with the median of its past calls of this kind,
 * and with no time at all where it made none yet. Pure.
 */
export function whyTooLate(decider: Decider, task: TaskState, nowMs: number): string | undefined {
  const { deadlineAt } = task.task;
  if (deadlineAt === undefined) return undefined;
  const best = earliestEnd(decider, task, nowMs);
  if (best === undefined || best.at <= deadlineAt) return undefined;
  const by = best.model === undefined ? '' : ` (${best.model})`;
  return `it cannot be done by its deadline, ${timeText(deadlineAt)}: the earliest that it could be done is ${timeText(best.at)}${by}; give it a later deadline, or a faster model`;
}

/** Why a task that has waited as long as it may is given up, with what to do, and the code to look for. Pure. */
export function whyExpired(
  { task, waiting }: TaskState,
  { readyAt }: Pick<ReadyTask, 'readyAt'>,
  nowMs: number,
  tooLate: string | undefined,
): string {
  if (tooLate !== undefined) return `${tooLate} (${TOO_LATE})`;
  const may = task.maxWaitMs === undefined ? 'maxWaitMs allows' : 'its maxWaitMs allows';
  const last = waiting === undefined ? '' : `; what it waited for: ${waiting.because}`;
  return `it waited ${nowMs - readyAt} ms for a model, as long as ${may}${last}; let it wait longer, or add a model (${WAITED})`;
}

const TOO_LATE = 'run.deadline';
const WAITED = 'run.max-wait';

/** Whether a task's deadline shuts models out that others of its group may have. Pure. */
export function isShutOut(decider: Decider, task: TaskState, nowMs: number): boolean {
  if (task.task.deadlineAt === undefined) return false;
  const { durations } = decider.projection;
  return tooSlow(durations, candidatesOf(decider, task), task.task, nowMs).size > 0;
}

interface End {
  readonly at: number;
  readonly model: string | undefined;
}

/** `undefined` where no model can do it whatever the time, which others say better. */
function earliestEnd(decider: Decider, task: TaskState, nowMs: number): End | undefined {
  if (needsNoModel(task.task)) return { at: nowMs, model: undefined };
  let best: End | undefined;
  for (const { member } of candidatesOf(decider, task)) {
    const startsAt = earliestStart(decider, task, member, nowMs);
    const at = startsAt + (lasts(decider, task, member.name) ?? 0);
    if (at < (best?.at ?? Number.POSITIVE_INFINITY)) best = { at, model: member.name };
  }
  return best;
}

function earliestStart(decider: Decider, task: TaskState, member: Member, nowMs: number): number {
  const { name, limits } = member;
  const hasFailed = task.past.some(({ model, outcome }) => model === name && outcome === 'failed');
  const admission = limits.admit(nowMs, NO_TOKENS);
  if (hasFailed || admission.kind === 'never') return Number.POSITIVE_INFINITY;
  const freeAt = admission.kind === 'wait' ? freeFrom(decider, name, admission, nowMs) : nowMs;
  return Math.max(nowMs, freeAt, downUntil(decider, task.run, name, nowMs)?.untilAt ?? nowMs);
}

/** When a call that has to wait may start. */
function freeFrom(
  decider: Decider,
  model: string,
  { untilAt, orSooner }: Extract<Admission, { kind: 'wait' }>,
  nowMs: number,
): number {
  if (untilAt !== undefined && orSooner !== true) return untilAt;
  return Math.min(untilAt ?? Number.POSITIVE_INFINITY, placeAt(decider, model, nowMs));
}

/** When a call of a model is expected to end, so that another one may begin; now where nobody can know. */
function placeAt({ projection }: Decider, model: string, nowMs: number): number {
  const { durations, calls } = projection;
  const ends = [...calls.values()].flatMap((call) =>
    call.model === model ? [expectedEnd(durations, call, nowMs)] : [],
  );
  const first = Math.min(...ends);
  const isKnown = ends.every((end) => end < Number.POSITIVE_INFINITY);
  return isKnown && ends.length > 0 ? first : nowMs;
}

/** What the smallest call uses, so that nothing is called impossible that is not. */
const NO_TOKENS = {
  estimate: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
  worst: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
};

function fastest(decider: Decider, task: TaskState): number {
  if (needsNoModel(task.task)) return 0;
  const durations = candidatesOf(decider, task).map(
    ({ member }) => lasts(decider, task, member.name) ?? 0,
  );
  return durations.length === 0 ? 0 : Math.min(...durations);
}

function lasts({ projection }: Decider, task: TaskState, model: string): number | undefined {
  return projection.durations.median(outputKey(model, task.task.kind));
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

import type { AttemptState, TaskState } from '../journal/run-state.ts';
import type { ModelWork } from '../spec/model-status.ts';
import type { FoundStatus } from './model-status.ts';
import { isOutdated, type StatusInput } from './status-input.ts';

/** What a model is at. Pure. */
export function workOf(input: StatusInput): FoundStatus['work'] {
  const { running, alone, full, pause } = input;
  if (running > 0) {
    const calls = running === 1 ? 'a call is under way' : `${running} calls are under way`;
    return working('processing', calls, full);
  }
  if (alone !== undefined) {
    const { why, code, untilAt } = alone;
    return { state: 'error', reason: why, code, untilAt };
  }
  const { checked, kept, its } = attemptsIn(input.tasks, input.nowMs);
  if (checked !== undefined) {
    return working('validating', `the answer to ${checked.task.key} is checked`, full);
  }
  if (kept !== undefined) {
    const { message, kind, retryAt } = kept;
    return { state: 'waiting', reason: message, code: kind, untilAt: retryAt };
  }
  if (pause !== undefined) {
    return { state: 'waiting', reason: pause.why, code: pause.code, untilAt: pause.untilAt };
  }
  if (full !== undefined) {
    return { state: 'waiting', reason: full.why, code: 'limit', untilAt: full.untilAt };
  }
  const [state, words] =
    its === undefined
      ? (['idle', 'it has nothing to do'] as const)
      : (['ready', `it is at ${its.task.key}`] as const);
  if (input.heard.model?.state !== 'cold' || isOutdated(input)) {
    return { state, reason: words, code: undefined, untilAt: undefined };
  }
  const reason = `${words}, and is not in memory`;
  return { state, reason, code: 'not-loaded', untilAt: undefined };
}

function working(state: ModelWork, words: string, full: StatusInput['full']): FoundStatus['work'] {
  return full === undefined
    ? { state, reason: words, code: undefined, untilAt: undefined }
    : { state, reason: `${words}; ${full.why}`, code: 'limit', untilAt: undefined };
}

/** The first task that has an attempt, the first whose answer is checked, and the first failure that is waited out. */
function attemptsIn(
  tasks: Iterable<TaskState>,
  nowMs: number,
): {
  readonly its: TaskState | undefined;
  readonly checked: TaskState | undefined;
  readonly kept: AttemptState['failure'];
} {
  let its: TaskState | undefined;
  let kept: AttemptState['failure'];
  for (const task of tasks) {
    const { attempt } = task;
    if (attempt === undefined) continue;
    its ??= task;
    if (isChecked(attempt)) return { its, checked: task, kept };
    if ((attempt.failure?.retryAt ?? 0) > nowMs) kept ??= attempt.failure;
  }
  return { its, checked: undefined, kept };
}

/** Its last step calls no tool, so that it is an answer. */
function isChecked({ steps, openCall, failure }: AttemptState): boolean {
  const last = steps.at(-1);
  if (last === undefined || openCall !== undefined || failure !== undefined) return false;
  return last.next === undefined && last.parts.every(({ type }) => type !== 'tool-call');
}

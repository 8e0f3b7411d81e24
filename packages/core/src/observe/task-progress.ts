import { workedMs } from './attempt-clock.ts';
import { isOver } from './needs.ts';
import type { Present } from './present.ts';
import type { TaskProgress, TaskStanding } from './progress.ts';
import type { ProgressFold } from './progress-fold.ts';
import type { Remaining } from './remaining.ts';
import { limitedBy, type RunRecord, type TaskRecord } from './run-record.ts';

/** A task with all that is known of it. */
export interface TaskInput {
  readonly fold: ProgressFold;
  readonly run: RunRecord;
  readonly task: TaskRecord;
  readonly remaining: Remaining;
  readonly present: Present;
}

/** How far a task is. Pure. */
export function taskProgress(input: TaskInput): TaskProgress {
  const { fold, run, task, remaining, present } = input;
  const { nowMs } = present;
  const { key, title, kind, phase } = task.task;
  const standing = standingOf(fold, run, task, nowMs);
  const float = remaining.critical.floats.get(key);
  const { startedAt, endedAt } = task;
  return {
    task: key,
    title,
    kind,
    phase,
    standing,
    since: endedAt ?? task.attempt?.startedAt ?? task.readyAt,
    model: task.attempt?.model ?? task.past.at(-1)?.model,
    attempts: task.attempts,
    startedAt,
    endedAt,
    elapsedMs: startedAt === undefined ? undefined : Math.max(0, (endedAt ?? nowMs) - startedAt),
    workedMs: task.workedMs + workingMs(task, nowMs),
    waitedMs: task.waitedMs + (task.readyAt === undefined ? 0 : Math.max(0, nowMs - task.readyAt)),
    limitedMs: task.limitedMs + limitedNow(fold, task, nowMs),
    waitsFor: remaining.waiting.get(key)?.waitsFor ?? task.waiting?.because,
    expectedMs: remaining.expected(task),
    ...endOf(input, standing),
    earliestMs: remaining.isTimed ? float?.earliestEnd : undefined,
    slackMs: remaining.isTimed ? float?.slack : undefined,
    isCritical: remaining.onPath.has(key),
    behind: float?.behind ?? 0,
  };
}

/** How long limits have held up a task that still waits, in ms. */
export function limitedNow(fold: ProgressFold, task: TaskRecord, nowMs: number): number {
  const { stalled } = task.attempt ?? {};
  if (stalled !== undefined) return Math.max(0, nowMs - stalled.at);
  return task.readyAt === undefined ? 0 : limitedBy(task, fold.limitedTime(task.group), nowMs);
}

function workingMs({ attempt }: TaskRecord, nowMs: number): number {
  return attempt === undefined ? 0 : workedMs(attempt, nowMs);
}

function standingOf(
  fold: ProgressFold,
  run: RunRecord,
  task: TaskRecord,
  nowMs: number,
): TaskStanding {
  if (task.status === 'done' || task.status === 'failed' || task.status === 'skipped') {
    return task.status;
  }
  if (task.asking.size > 0) return 'asking';
  if (task.paused) return 'paused';
  if (task.attempt !== undefined) return task.attempt.stalled === undefined ? 'running' : 'limited';
  if (task.missing > 0) return 'blocked';
  if (fold.isPaused || run.status !== 'running') return 'paused';
  return fold.limitedTime(task.group)?.isOn(nowMs) === true ? 'limited' : 'ready';
}

type End = Pick<TaskProgress, 'startsAt' | 'endsAt' | 'because'>;

const unknown = (because: string): End => ({ startsAt: undefined, endsAt: undefined, because });

function endOf({ task, remaining, present, run }: TaskInput, standing: TaskStanding): End {
  if (isOver(task)) return unknown('it is over');
  if (run.endedAt !== undefined) return unknown('its run is over');
  if (standing === 'asking') return unknown('it waits for a person');
  if (standing === 'paused') return unknown('it is paused');
  const expectedMs = remaining.expected(task);
  if (expectedMs === undefined)
    return unknown('no task was done yet that tells how long one takes');
  const { attempt } = task;
  if (attempt !== undefined) {
    if (attempt.stalled !== undefined) return unknown('it waits for a limit in its attempt');
    // What takes longer than most may end any moment.
    const endsAt = Math.max(present.nowMs, attempt.startedAt + attempt.stalledMs + expectedMs);
    return { startsAt: undefined, endsAt, because: undefined };
  }
  if (standing === 'blocked') return unknown('it waits for other tasks');
  const { startsAt, because } = remaining.waiting.get(task.task.key) ?? {};
  if (startsAt === undefined)
    return unknown(because ?? 'only the process that works on it can say when it starts');
  return { startsAt, endsAt: startsAt + expectedMs, because: undefined };
}

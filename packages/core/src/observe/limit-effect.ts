import type { LimitEffect } from './progress.ts';
import type { ProgressFold } from './progress-fold.ts';
import { addWait, type RunRecord, type TaskRecord } from './run-record.ts';
import { limitedNow } from './task-progress.ts';

/** What limits did to the schedule of a run so far. Pure. */
export function limitEffect(fold: ProgressFold, run: RunRecord, nowMs: number): LimitEffect {
  const tasks = [...run.tasks.values()];
  const waits = new Map([...run.waits].map(([key, sum]) => [key, { ...sum }]));
  let limitedMs = 0;
  let waitedMs = 0;
  for (const task of tasks) {
    const ms = limitedNow(fold, task, nowMs);
    addWait(waits, task.attempt?.stalled?.reason ?? fold.limitedTime(task.group)?.reason, ms);
    limitedMs += task.limitedMs + ms;
    waitedMs +=
      task.waitedMs + (task.readyAt === undefined ? 0 : Math.max(0, nowMs - task.readyAt));
  }
  const stalledMs = tasks.reduce((sum, task) => sum + stalledIn(task, nowMs), 0);
  const delayMs = delayOf(fold, run, nowMs);
  const suspendedMs =
    run.suspendedMs + (run.suspendedAt === undefined ? 0 : nowMs - run.suspendedAt);
  const tookMs = (run.endedAt ?? nowMs) - run.startedAt - suspendedMs;
  return {
    waits: [...waits.values()].sort((a, b) => b.ms - a.ms),
    limitedMs,
    turnMs: Math.max(0, waitedMs - (limitedMs - stalledMs)),
    delayMs,
    share: tookMs <= 0 ? 0 : Math.min(1, delayMs / tookMs),
  };
}

/** How long attempts at a task waited for limits, which is no wait for a turn. */
function stalledIn({ stalledMs, attempt }: TaskRecord, nowMs: number): number {
  const { stalled } = attempt ?? {};
  return stalledMs + (stalled === undefined ? 0 : Math.max(0, nowMs - stalled.at));
}

/**
 * How long limits kept the tasks waiting that decided how long the run took so far: from the one that ended last, or
 * that has not ended, back over what it waited for longest.
 */
function delayOf(fold: ProgressFold, run: RunRecord, nowMs: number): number {
  let delayMs = 0;
  let task = latest(
    [...run.tasks.values()].filter(({ asks }) => asks === undefined),
    nowMs,
  );
  while (task !== undefined) {
    delayMs += task.limitedMs + limitedNow(fold, task, nowMs);
    const needs = task.task.needs.flatMap((key) => run.tasks.get(key) ?? []);
    task = latest(needs, nowMs);
  }
  return delayMs;
}

/** Of tasks that began or are ready, the one that ends last; of several that have not ended, the one that limits held up most. */
function latest(tasks: readonly TaskRecord[], nowMs: number): TaskRecord | undefined {
  const begun = tasks.filter(
    ({ endedAt, startedAt, readyAt }) => (endedAt ?? startedAt ?? readyAt) !== undefined,
  );
  const [first] = begun;
  return begun.reduce((found, task) => (isLater(task, found, nowMs) ? task : found), first);
}

function isLater(task: TaskRecord, found: TaskRecord | undefined, nowMs: number): boolean {
  if (found === undefined) return true;
  const laterMs = (task.endedAt ?? nowMs) - (found.endedAt ?? nowMs);
  return laterMs > 0 || (laterMs === 0 && task.limitedMs > found.limitedMs);
}

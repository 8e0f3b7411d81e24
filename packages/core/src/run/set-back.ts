import type { Runs } from '../journal/fold-run.ts';
import type { AttemptState } from '../journal/run-state.ts';

/** A clock that goes back by less than this makes waits that much longer, and nothing else. */
const TOLERANCE_MS = 1_000;

/** Whether `nowMs` is so far before the latest event that the clock must have been set back in between. */
export function isSetBack(latestAt: number, nowMs: number): boolean {
  return nowMs < latestAt - TOLERANCE_MS;
}

/**
 * Moves the ends of waits that were told by a clock which was then set back from `from` to `to`, so that what was left
 * of each wait is left of it still: without this, everybody would wait until the old times come round. Epoch ms.
 */
export function setBackWaits(runs: Runs, from: number, to: number): void {
  const moved = (at: number): number => to + Math.max(0, at - from);
  for (const { tasks } of runs.values()) {
    for (const task of tasks.values()) {
      const { waiting, attempt } = task;
      if (attempt !== undefined) {
        setBackFailures(attempt, moved, to);
        setBackQuestions(attempt, to - from);
      }
      if (waiting?.untilAt !== undefined) {
        task.waiting = { ...waiting, untilAt: moved(waiting.untilAt) };
      }
    }
  }
}

/** What is left of the time to answer is left still. */
function setBackQuestions({ questions }: AttemptState, byMs: number): void {
  for (const question of questions?.values() ?? []) question.askedAt += byMs;
}

function setBackFailures(attempt: AttemptState, moved: (at: number) => number, to: number): void {
  const { failure, failingSince, failedAt } = attempt;
  if (failingSince !== undefined) attempt.failingSince = Math.min(failingSince, to);
  if (failedAt !== undefined) attempt.failedAt = Math.min(failedAt, to);
  if (failure?.retryAt !== undefined) {
    attempt.failure = { ...failure, retryAt: moved(failure.retryAt) };
  }
}

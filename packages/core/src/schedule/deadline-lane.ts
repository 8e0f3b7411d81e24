/** The part of a group's starts that go to tasks because their deadlines are near. */
export const DEADLINE_SHARE = 0.25;

/** A task is urgent when it has less than this to spare, in ms. */
const URGENT_MS = 10_000;

/** How fast a group's tasks start, and what its deadline lane may still take. */
export interface Pace {
  /** Starts that the deadline lane is owed, at most 1. */
  credit: number;
  /** Epoch ms of the latest start. */
  startedAt: number | undefined;
  /** Mean time between starts, in ms, the latest ones counting most. */
  intervalMs: number;
}

/** The pace of a group that has not begun. */
export function freshPace(): Pace {
  return { credit: 1, startedAt: undefined, intervalMs: 0 };
}

/** Whether a task that must start by `latestStartAt` goes by the deadline lane now, behind `before` others that wait. */
export function isUrgent(pace: Pace, latestStartAt: number, before: number, now: number): boolean {
  if (pace.credit < 1) return false;
  return latestStartAt - now - before * pace.intervalMs < URGENT_MS;
}

/** Takes note of a start: of any number in a row, at most a quarter and one go by the deadline lane. */
export function noteStart(pace: Pace, now: number, byDeadline: boolean): void {
  pace.credit = Math.min(1, pace.credit + DEADLINE_SHARE - (byDeadline ? 1 : 0));
  const sinceMs = pace.startedAt === undefined ? 0 : Math.max(0, now - pace.startedAt);
  pace.intervalMs += (sinceMs - pace.intervalMs) / 5;
  pace.startedAt = now;
}

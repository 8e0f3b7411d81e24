import type { AttemptRecord, TaskRecord } from './run-record.ts';

/** How long an attempt was worked on by `nowMs`, in ms: its clock stands while it waits for a limit, and at rest. */
export function workedMs(attempt: AttemptRecord, nowMs: number): number {
  const { startedAt, stalledMs } = attempt;
  return Math.max(0, goesOnUntil(attempt, nowMs) - startedAt - stalledMs);
}

/** Nothing of an attempt may begin from now on; what is under way goes on. What it waits for is over first. */
export function rest(attempt: AttemptRecord, at: number, waitedFor: WaitedFor): void {
  attempt.rest = { at, isLeft: false, ...waitedFor };
}

/** An attempt at rest may go on, and waits again for what it waited for. */
export function goOn(task: TaskRecord, attempt: AttemptRecord, at: number): void {
  if (attempt.rest === undefined) return;
  skip(attempt, at);
  const { stalled, waiting } = attempt.rest;
  attempt.rest = undefined;
  if (stalled === undefined) return;
  attempt.stalled = { at, reason: stalled };
  task.waiting ??= waiting;
}

/** Something came of the work that was under way at rest, which was work until now. */
export function worked({ rest: resting }: AttemptRecord, at: number): void {
  if (resting !== undefined && !resting.isLeft) resting.at = Math.max(resting.at, at);
}

/** Something came to an attempt at rest from outside: until now nothing of it was work. */
export function skip(attempt: AttemptRecord, at: number): void {
  if (attempt.rest === undefined) return;
  attempt.stalledMs += Math.max(0, at - attempt.rest.at);
  attempt.rest.at = Math.max(attempt.rest.at, at);
}

/** What an attempt waited for when it came to rest. */
type WaitedFor = Pick<NonNullable<AttemptRecord['rest']>, 'stalled' | 'waiting'>;

function goesOnUntil(
  { rest: resting, stalled, call, hedge }: AttemptRecord,
  nowMs: number,
): number {
  if (resting === undefined) return stalled?.at ?? nowMs;
  const isCalling = (call ?? hedge) !== undefined;
  return isCalling && !resting.isLeft ? nowMs : resting.at;
}

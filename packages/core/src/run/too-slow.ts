import type { Candidate } from '../route/candidates.ts';
import type { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { PlanTask } from '../spec/task.ts';
import { outputKey } from './output-key.ts';

const NONE: ReadonlyMap<string, string> = new Map();

/** The candidates that would not be done by a task's deadline if they began at `nowMs`, with the reason. Pure. */
export function tooSlow(
  durations: ExpectedDurations,
  candidates: readonly Candidate[],
  { deadlineAt, kind }: Pick<PlanTask, 'deadlineAt' | 'kind'>,
  nowMs: number,
): ReadonlyMap<string, string> {
  if (deadlineAt === undefined) return NONE;
  const slow = new Map<string, string>();
  for (const { member } of candidates) {
    const lastsMs = durations.median(outputKey(member.name, kind)) ?? 0;
    if (nowMs + lastsMs <= deadlineAt) continue;
    const seconds = Math.ceil(lastsMs / 1_000);
    slow.set(member.name, `takes about ${seconds} s, and the deadline comes before that`);
  }
  return slow;
}

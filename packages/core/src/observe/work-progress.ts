import type { TaskProgress, TaskStanding, WorkProgress } from './progress.ts';

/** How far some tasks are together; a run says itself when it began and ended. Pure. */
export function workProgress(
  work: readonly TaskProgress[],
  nowMs: number,
  run?: { readonly startedAt: number; readonly endedAt: number | undefined },
): WorkProgress {
  const counts = { ...NONE };
  for (const { standing } of work) counts[standing] += 1;
  const open = work.filter(({ standing }) => !IS_OVER[standing]);
  const startedAt = run?.startedAt ?? least(work.flatMap((task) => task.startedAt ?? []));
  const lastAt = most(work.flatMap((task) => task.endedAt ?? []));
  const endedAt = run === undefined ? (open.length === 0 ? lastAt : undefined) : run.endedAt;
  const elapsedMs =
    startedAt === undefined ? undefined : Math.max(0, (endedAt ?? nowMs) - startedAt);
  return {
    tasks: work.length,
    counts,
    ...shareOf(work),
    startedAt,
    endedAt,
    elapsedMs,
    ...endOf(endedAt === undefined ? open : [], nowMs),
  };
}

const NONE: Readonly<Record<TaskStanding, number>> = {
  blocked: 0,
  ready: 0,
  limited: 0,
  running: 0,
  asking: 0,
  paused: 0,
  done: 0,
  failed: 0,
  skipped: 0,
};

/** Which standings are final. */
const IS_OVER: Readonly<Record<TaskStanding, boolean>> = {
  blocked: false,
  ready: false,
  limited: false,
  running: false,
  asking: false,
  paused: false,
  done: true,
  failed: true,
  skipped: true,
};

function shareOf(work: readonly TaskProgress[]): Pick<WorkProgress, 'share' | 'weightedBy'> {
  const weights = work.map(({ standing, workedMs, expectedMs }) =>
    standing === 'done' ? workedMs : expectedMs,
  );
  const total = weights.reduce<number>((sum, weight) => sum + (weight ?? Number.NaN), 0);
  const isTimed = total > 0;
  let done = 0;
  for (const [at, { standing }] of work.entries()) {
    if (standing === 'done') done += isTimed ? (weights[at] ?? 0) : 1;
  }
  if (isTimed) return { share: done / total, weightedBy: 'time' };
  return { share: work.length === 0 ? 1 : done / work.length, weightedBy: 'count' };
}

function endOf(
  open: readonly TaskProgress[],
  nowMs: number,
): Pick<WorkProgress, 'endsAt' | 'because' | 'earliestEndAt'> {
  if (open.length === 0) return { endsAt: undefined, because: undefined, earliestEndAt: undefined };
  const unknown = open.find(({ endsAt }) => endsAt === undefined);
  const earliest = open.flatMap(({ earliestMs }) => earliestMs ?? []);
  return {
    endsAt: unknown === undefined ? most(open.flatMap(({ endsAt }) => endsAt ?? [])) : undefined,
    because: unknown === undefined ? undefined : `${unknown.task}: ${unknown.because}`,
    earliestEndAt: earliest.length === open.length ? nowMs + (most(earliest) ?? 0) : undefined,
  };
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

import type { Sliced } from '../internal/slices.ts';
import type { WaitingTask } from '../run/waiting-tasks.ts';
import { type CriticalPath, criticalPath } from '../schedule/critical-path.ts';
import { isOver } from './needs.ts';
import type { Present } from './present.ts';
import { ANY_KIND, type ProgressFold } from './progress-fold.ts';
import type { RunRecord, TaskRecord } from './run-record.ts';

/** What is left of a run. */
export interface Remaining {
  readonly critical: CriticalPath;
  /** The tasks on it. */
  readonly onPath: ReadonlySet<string>;
  /** Whether the path is in ms; else it counts tasks. */
  readonly isTimed: boolean;
  readonly waiting: ReadonlyMap<string, WaitingTask>;
  /** How long each task takes, from its beginning, in ms. */
  readonly expected: (task: TaskRecord) => number | undefined;
}

/** What is left of a run, with its critical path. Pure. */
export function* remainingOf(
  fold: ProgressFold,
  run: RunRecord,
  present: Present,
): Sliced<Remaining> {
  const expected = (task: TaskRecord): number | undefined => expectedOf(fold, task, present);
  const open = [...run.tasks.values()].filter((task) => task.asks === undefined && !isOver(task));
  const isTimed = open.every((task) => expected(task) !== undefined);
  const critical = yield* criticalPath(
    open.map((task) => ({
      key: task.task.key,
      needs: task.task.needs,
      lasts: isTimed ? leftOf(task, expected(task) ?? 0, present.nowMs) : 1,
    })),
  );
  const mine = (present.waiting ?? []).filter((task) => task.run === run.id);
  return {
    critical,
    onPath: new Set(critical.tasks),
    isTimed,
    waiting: new Map(mine.map((task) => [task.task, task])),
    expected,
  };
}

/** As tasks of its kind took, then as its model's calls for them did, then as any task did. */
function expectedOf(
  { durations }: ProgressFold,
  { task, attempt, model }: TaskRecord,
  { expectedMs }: Present,
): number | undefined {
  return (
    durations.median(task.kind) ??
    expectedMs?.(task.kind, attempt?.model ?? model ?? task.model) ??
    durations.median(ANY_KIND)
  );
}

function leftOf({ attempt }: TaskRecord, expectedMs: number, nowMs: number): number {
  return attempt === undefined
    ? expectedMs
    : Math.max(0, attempt.startedAt + attempt.stalledMs + expectedMs - nowMs);
}

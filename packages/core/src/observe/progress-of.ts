import { atOnce, type Sliced } from '../internal/slices.ts';
import { bottlenecksOf } from './bottlenecks.ts';
import { limitEffect } from './limit-effect.ts';
import type { Present } from './present.ts';
import type {
  DependencyMap,
  PhaseProgress,
  Progress,
  RecoveryPoint,
  RunProgress,
  TaskProgress,
} from './progress.ts';
import type { ProgressFold } from './progress-fold.ts';
import { remainingOf } from './remaining.ts';
import type { RunRecord } from './run-record.ts';
import { taskProgress } from './task-progress.ts';
import { workProgress } from './work-progress.ts';

/** Which runs are told of: all that the fold knows, or one. */
export interface ProgressScope {
  readonly run?: string;
}

/**
 * How far all work is, from a fold of its events and what is known of the present. A forecast takes that every task is
 * done at its first attempt, and as fast as those before it. Pure.
 */
export function progressOf(
  fold: ProgressFold,
  present: Present,
  scope: ProgressScope = {},
): Progress {
  return atOnce(progressInSteps(fold, present, scope));
}

/** The same as work that may be left for a while, as long as the fold takes nothing meanwhile. */
export function* progressInSteps(
  fold: ProgressFold,
  present: Present,
  scope: ProgressScope,
): Sliced<Progress> {
  const { nowMs: at } = present;
  const records = [...fold.runs.values()].filter(
    ({ id }) => scope.run === undefined || scope.run === id,
  );
  const runs: RunProgress[] = [];
  for (const run of records) runs.push(yield* runProgress(fold, run, present));
  const all = runs.flatMap(({ work }) => work);
  return {
    at,
    project: workProgress(all, at),
    runs,
    bottlenecks: bottlenecksOf(records, runs, at),
    analytics: scope.run === undefined ? fold.book.rows() : (runs[0]?.analytics ?? []),
  };
}

function* runProgress(fold: ProgressFold, run: RunRecord, present: Present): Sliced<RunProgress> {
  const { nowMs } = present;
  const remaining = yield* remainingOf(fold, run, present);
  const work: TaskProgress[] = [];
  for (const task of run.tasks.values()) {
    yield;
    if (task.asks === undefined) work.push(taskProgress({ fold, run, task, remaining, present }));
  }
  yield;
  const { critical, isTimed } = remaining;
  return {
    run: run.id,
    title: run.title,
    status: run.status,
    ...workProgress(work, nowMs, run),
    phases: phasesOf(work, nowMs),
    work,
    map: mapOf(run, work),
    criticalPath: { tasks: critical.tasks, ms: isTimed ? critical.lasts : undefined },
    limits: limitEffect(fold, run, nowMs),
    recovery: recoveryOf(run, present.snapshotSeq),
    analytics: run.book.rows(),
  };
}

/** In the order in which tasks name them. */
function phasesOf(work: readonly TaskProgress[], nowMs: number): readonly PhaseProgress[] {
  const phases = Map.groupBy(work, ({ phase }) => phase);
  return [...phases].map(([phase, tasks]) => ({ phase, ...workProgress(tasks, nowMs) }));
}

function mapOf(run: RunRecord, work: readonly TaskProgress[]): DependencyMap {
  return {
    nodes: work.map(({ task, standing, isCritical }) => ({ task, standing, isCritical })),
    edges: work.flatMap(({ task }) =>
      (run.tasks.get(task)?.task.needs ?? []).map((need) => ({ from: need, to: task })),
    ),
  };
}

function recoveryOf(run: RunRecord, snapshotSeq: number | undefined): RecoveryPoint {
  const tasks = [...run.tasks.values()];
  const commits = tasks.flatMap(({ task, commit, endedAt }) =>
    commit === undefined || endedAt === undefined ? [] : [{ task: task.key, commit, at: endedAt }],
  );
  return {
    ...run.last,
    snapshotSeq,
    commits: commits.sort((a, b) => a.at - b.at),
    attempts: tasks.flatMap(({ task, attempt }) =>
      attempt === undefined
        ? []
        : [
            {
              task: task.key,
              attempt: attempt.id,
              model: attempt.model,
              recordedCalls: attempt.steps,
            },
          ],
    ),
  };
}

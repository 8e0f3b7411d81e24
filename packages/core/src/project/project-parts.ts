import type { Spending } from '../journal/spending.ts';
import type { ProjectDefinition } from '../spec/project.ts';
import type { ProjectRuns } from './project-runs.ts';
import type { CheckpointState } from './project-state.ts';
import type { Standing } from './standing.ts';

/** A checkpoint with what it keeps. */
export interface KeptCheckpoint extends Omit<CheckpointState, 'isUndone'> {
  readonly standing: Standing;
  /** Whether a task had failed by then. */
  readonly hasFailed: boolean;
}

/** All that is folded of a project. */
export interface ProjectParts {
  readonly id: string;
  readonly spending: Spending;
  readonly runs: ProjectRuns;
  /** By name, in the order in which they were made. */
  readonly checkpoints: ReadonlyMap<string, KeptCheckpoint>;
  readonly standing: Standing;
  readonly definition: ProjectDefinition | undefined;
  readonly definitions: number;
  readonly seq: number;
  readonly at: number | undefined;
  readonly paused: string | undefined;
  readonly rewinding: string | undefined;
}

import type { Spent } from '../journal/spending.ts';
import type { JsonObject } from '../spec/json.ts';
import type { CriterionVerdict, Deliverable } from '../spec/project.ts';
import type { RunStatus } from '../spec/run-events.ts';

/** How many tasks stand how. */
export interface TaskCounts {
  readonly open: number;
  readonly verified: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A deliverable, and what delivered it. Moments are epoch ms. */
export interface DeliverableState extends Deliverable {
  readonly delivered?: {
    readonly run: string;
    readonly task: string;
    readonly at: number;
    readonly commit?: string;
  };
}

/** How a phase stands. `done`: it was left for a later one. */
export interface PhaseState {
  readonly name: string;
  readonly status: 'ahead' | 'current' | 'done' | 'left';
  /** How often it was entered. */
  readonly entries: number;
  readonly enteredAt?: number;
  readonly leftAt?: number;
  readonly tasks: TaskCounts;
  readonly deliverables: readonly DeliverableState[];
  /** What came of the criteria when somebody last wanted to enter it. */
  readonly verdicts: readonly CriterionVerdict[];
}

/** One item of the master checklist. */
export interface ChecklistItem {
  readonly item: string;
  /** Absent for one of the whole project. */
  readonly phase?: string;
  readonly isTicked: boolean;
  /** When it was ticked, epoch ms, and by whom. */
  readonly at?: number;
  readonly by?: string;
}

/** A place to which the project can be taken back. */
export interface CheckpointState {
  readonly name: string;
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly isAutomatic: boolean;
  readonly phase?: string;
  readonly commit?: string;
  readonly because?: string;
  /** Whether the project was taken back to before it, and has not come to it again. */
  readonly isUndone: boolean;
}

/** A run of the project, in short. */
export interface ProjectRun {
  readonly run: string;
  readonly title: string;
  readonly status: 'running' | 'suspended' | RunStatus;
  /** The run that it was forked from. */
  readonly parent?: string;
  /** Of its first and its last event. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly tasks: TaskCounts;
  /** Whether what it did counts for the project: all of it, what it did before a rewind, or nothing. */
  readonly counts: 'all' | 'part' | 'none';
}

/** A project as of one event: a fold of all events up to that one. */
export interface ProjectState {
  readonly id: string;
  /** The event that it is as of. */
  readonly seq: number;
  /** When that was, epoch ms; `undefined` before the first event. */
  readonly at: number | undefined;
  readonly title?: string;
  readonly metadata?: JsonObject;
  /** How often it was defined. */
  readonly definitions: number;
  /** The phase that it is in; `undefined` where it has none. */
  readonly phase: string | undefined;
  readonly phases: readonly PhaseState[];
  /** Of tasks that belong to no phase. */
  readonly otherTasks: TaskCounts;
  readonly checklist: readonly ChecklistItem[];
  readonly checkpoints: readonly CheckpointState[];
  /** The newest checkpoint that still holds and at which no task had failed. */
  readonly lastGood: string | undefined;
  /** Those that are not finished, and the latest thousand that are, in the order in which they began. */
  readonly runs: readonly ProjectRun[];
  /** What was used since the first event, whether it still counts or not; money in micro-dollars. */
  readonly spent: Spent;
  /** Questions that wait for a person. */
  readonly questions: number;
  /** Why everything is paused, while it is. */
  readonly paused?: string;
  /** A rewind that was begun and has no end. */
  readonly rewinding?: string;
}

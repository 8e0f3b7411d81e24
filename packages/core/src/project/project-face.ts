import type { RunResult } from '../run/run-result.ts';
import type { Order } from '../run/work-scope.ts';
import type { CriterionVerdict } from '../spec/project.ts';
import type { Finding } from '../spec/validator.ts';
import type { RollbackTarget } from './checkpoints.ts';
import type { ProjectVersion } from './history.ts';
import type { ProjectState } from './project-state.ts';
import type { Rewound } from './rewind.ts';

/** Who orders a step to another phase, and what they say to criteria that ask somebody. */
export interface PhaseOrder extends Order {
  /** By the kind of the criterion. */
  readonly replies?: Readonly<Record<string, string>>;
}

/** Whether the project came into a phase. */
export type PhaseAnswer =
  | {
      readonly kind: 'entered';
      readonly phase: string;
      /** The checkpoint that was made at the boundary. */
      readonly checkpoint: string;
      readonly verdicts: readonly CriterionVerdict[];
    }
  | {
      readonly kind: 'refused';
      readonly phase: string;
      readonly findings: readonly Finding[];
      readonly verdicts: readonly CriterionVerdict[];
    };

/**
 * The project whose journal an overseer works on: its phases, its checklist, its checkpoints, and its state as of any
 * event. Orders about it are carried out one after the other, in the order in which they are given; all but `rollback` throw
 * `OverseerError` `rewind.unfinished` while a rewind that was left waits for its files.
 */
export interface Project {
  readonly id: string;

  /** How the project stands: read from the journal, the first time whole, and afterwards only what came since. */
  state(): Promise<ProjectState>;

  /**
   * How it stood once the event `seq` had happened: runs, tasks, phases, checklist, spending. Reads the journal up to
   * there. Throws `OverseerError` `seq.unknown`.
   */
  at(seq: number): Promise<ProjectState>;

  /**
   * One run as it stood once the event `seq` had happened, with what its tasks had given; one that was not over is told of as
   * stopped. Throws `OverseerError`: `seq.unknown`, `run.unknown` for a run that had not begun, `run.forgotten` for one that was
   * erased.
   */
  runAt(run: string, seq: number): Promise<RunResult>;

  /** Every version of the project, oldest first: when, who, and what in words. */
  history(): AsyncGenerator<ProjectVersion>;

  /**
   * Makes a place to which the project can be taken back. Resolves once it is durable. Throws `OverseerError`:
   * `checkpoint.name`, `checkpoint.duplicate`.
   */
  checkpoint(name: string, order?: Order): Promise<void>;

  /**
   * Has the project come into a phase, if its criteria hold: those of leaving the present phase, on the way to a later one,
   * and those of entering. What stands against it is told, and recorded. Throws `OverseerError`: `phase.unknown`,
   * `phase.transition` for a phase that may not follow.
   */
  enter(phase: string, order?: PhaseOrder): Promise<PhaseAnswer>;

  /** Ticks an item of the checklist; one that is ticked stays so. Throws `OverseerError` `checklist.unknown`. */
  tick(item: string, order?: Order): Promise<void>;

  /** Takes a tick back. Throws `OverseerError` `checklist.unknown`. */
  untick(item: string, order?: Order): Promise<void>;

  /**
   * Takes the project back to a checkpoint, or to where a phase was last entered. Nothing is erased: runs that began or
   * went on since are stopped, what was verified since counts no more, and the files follow by a new commit. Throws
   * `OverseerError`: `phase.unknown`, `checkpoint.unknown`, `workspace.dirty` for uncommitted work in the way, and
   * `rewind.blocked`.
   */
  rollback(to: RollbackTarget, order?: Order): Promise<Rewound>;
}

/** Any project of a store, to look at. */
export type ProjectGlance = Pick<Project, 'id' | 'state' | 'at' | 'history'>;

/** The project that an overseer works on; called with an id, that project of its store, to look at. */
export type OverseerProject = Project & ((id: string) => ProjectGlance);

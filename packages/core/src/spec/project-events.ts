import type { CriterionVerdict, ProjectDefinition, RewindTarget } from './project.ts';

/** What the events of a project carry, of its phases, its checklist and its checkpoints; the actor is who did it. */
export interface ProjectEventData {
  /** What the project is from here on. */
  'project.defined': ProjectDefinition;
  /** The project came into a phase: every criterion passed. */
  'phase.entered': {
    readonly phase: string;
    readonly from?: string;
    readonly because: string;
    readonly verdicts: readonly CriterionVerdict[];
  };
  /** Somebody wanted to enter a phase, and a criterion stood against it. */
  'phase.refused': {
    readonly phase: string;
    readonly from?: string;
    readonly because: string;
    readonly verdicts: readonly CriterionVerdict[];
  };
  'checklist.changed': {
    readonly item: string;
    readonly isTicked: boolean;
    readonly because?: string;
  };
  /** A place to which the project can be taken back. */
  'checkpoint.made': {
    readonly name: string;
    /** Made at the boundary of a phase, by nobody's order. */
    readonly isAutomatic?: true;
    readonly phase?: string;
    /** The commit that the project's files stood at; absent without a workspace that can tell. */
    readonly commit?: string;
    readonly because?: string;
  };
  /** The project is about to be taken back: runs are stopped, then its files follow. */
  'rewind.started': RewindTarget & {
    readonly id: string;
    readonly because: string;
    /** Whoever ordered it had nothing that takes files back, so that they stay although there is a `commit`. */
    readonly filesStay?: true;
  };
  /** It was not taken back, and stands as it did but for the runs that were stopped. */
  'rewind.refused': { readonly id: string; readonly because: string };
  /** It stands as it did at the checkpoint; what came since counts no more. */
  'project.rewound': RewindTarget & {
    readonly id: string;
    /** The new commit that has the files of `commit`; absent where no files were taken back. */
    readonly restored?: string;
    readonly files?: readonly string[];
  };
}

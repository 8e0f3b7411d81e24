import type { JsonObject } from './json.ts';
import type { Check } from './task.ts';
import type { Verdict } from './validator.ts';

/** One thing that a phase has to bring about: a file of the project, or what a task gives. */
export interface Deliverable {
  /** Unique in its project. */
  readonly name: string;
  /** A path relative to the project's folder; delivered by an accepted change. */
  readonly file?: string;
  /** The key of a task of any run; delivered when it is verified. */
  readonly task?: string;
}

/**
 * A part of a project, as data. A criterion is a check as tasks have them: of a validator of the team, or one of
 * `tasks-verified`, `checklist-ticked`, `deliverables`, `phase-done`, `no-open-question` and `budget-left`, which look
 * at the project's state alone.
 */
export interface PhaseSpec {
  /** Unique in its project; tasks belong to it that name it as their `phase`. */
  readonly name: string;
  readonly deliverables?: readonly Deliverable[];
  /** What somebody has to see to, in words; each is unique in its project. */
  readonly checklist?: readonly string[];
  /** What must hold before the project comes into this phase. */
  readonly enter?: readonly Check[];
  /** What must hold before it goes on to a later one. */
  readonly leave?: readonly Check[];
  /** The phases that may follow; the default is the next one, and any before it. */
  readonly next?: readonly string[];
}

/** What a project is, as it was defined last. */
export interface ProjectDefinition {
  readonly title?: string;
  readonly metadata?: JsonObject;
  /** What has to be seen to whatever the phase. */
  readonly checklist: readonly string[];
  /** In their order; the project begins in the first. None for a project that has no phases. */
  readonly phases: readonly Required<PhaseSpec>[];
}

/** What came of one criterion. */
export interface CriterionVerdict extends Check {
  /** Whether it is one for leaving the phase or for entering the next. */
  readonly side: 'leave' | 'enter';
  readonly verdict: Verdict;
}

/** To what a project is taken back. */
export interface RewindTarget {
  /** The name of the checkpoint. */
  readonly checkpoint: string;
  /** The `seq` of its event. */
  readonly seq: number;
  /** The phase of the project there. */
  readonly phase?: string;
  /** The commit of its files there. */
  readonly commit?: string;
}

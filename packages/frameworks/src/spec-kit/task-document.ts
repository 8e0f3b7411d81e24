import type { Diagnostic, DocumentStatus, Position } from '@overseer/core/spec';

/** An acceptance criterion that the document gives. */
export interface Criterion {
  readonly text: string;
  /** `undefined` where it has no box. */
  readonly checked: boolean | undefined;
  readonly at: Position;
}

/** A path that a task names. */
export interface NamedFile {
  /** Relative, with `/`; a folder ends in `/`. */
  readonly path: string;
  /** Was a glob or held a placeholder; `path` is then the folder above it. */
  readonly pattern: boolean;
}

/** A dependency that a task states. */
export interface StatedDependency {
  /** A task's `uid`. */
  readonly on: string;
  /** `task`: stated at the task itself; `section`: in a section on dependencies, which is taken only where it agrees with the order of the document. */
  readonly stated: 'task' | 'section';
  readonly at: Position;
}

/** One task of a document. */
export interface DocumentTask {
  /** Unique in its document: the id, with `~2` for its second use, or `@` and a hash of the text where there is no id. */
  readonly uid: string;
  readonly id: string | undefined;
  /** The text after id and labels. */
  readonly title: string;
  readonly kind: 'checkbox' | 'heading';
  readonly status: DocumentStatus;
  /** What stands between the brackets; empty for a heading without a box. */
  readonly mark: string;
  /** Where that stands; `undefined` where there is no box. */
  readonly markAt: Position | undefined;
  /** Index into `phases`. */
  readonly phase: number | undefined;
  /** The task that this one is indented under. */
  readonly parent: string | undefined;
  readonly parallel: 'yes' | 'no' | 'unset';
  readonly optional: boolean;
  /** `US1`, `US2`, … */
  readonly stories: readonly string[];
  /** Other labels in brackets. */
  readonly labels: readonly string[];
  readonly files: readonly NamedFile[];
  readonly needs: readonly StatedDependency[];
  /** Says itself that it depends on nothing. */
  readonly independent: boolean;
  /** Lines that belong to it, without their indent. */
  readonly details: readonly string[];
  readonly criteria: readonly Criterion[];
  /** Commands of its `Verify:` bullets. */
  readonly verify: readonly string[];
  /** SHA-256 of its line without the mark, in hex. */
  readonly lineHash: string;
  readonly at: Position;
}

/** A phase: no task of the next starts before all of this one are done. */
export interface Phase {
  readonly title: string;
  /** `3` of `Phase 3: …`. */
  readonly number: string | undefined;
  /** `US1` of `User Story 1`. */
  readonly story: string | undefined;
  /** `P1`, `P2`, … */
  readonly priority: string | undefined;
  readonly purpose: string | undefined;
  readonly goal: string | undefined;
  readonly independentTest: string | undefined;
  readonly checkpoint: string | undefined;
  readonly criteria: readonly Criterion[];
  readonly at: Position;
}

/** What became of every line that looks like a checkbox: `boxes` is the sum of the rest. */
export interface Account {
  readonly boxes: number;
  readonly tasks: number;
  /** Criteria of a task, a phase or the document. */
  readonly acceptance: number;
  /** Labels in brackets, such as `[P]`. */
  readonly labels: number;
  /** In code, comments or front matter, or over the cap of tasks. */
  readonly masked: number;
  /** Explanations of the marks. */
  readonly legend: number;
}

/** A task file, read. */
export interface TaskDocument {
  readonly file: string;
  /** Of the first heading; without `Tasks:`. */
  readonly title: string | undefined;
  readonly bom: boolean;
  readonly eol: 'lf' | 'crlf' | 'cr' | 'mixed' | 'none';
  readonly phases: readonly Phase[];
  readonly tasks: readonly DocumentTask[];
  /** Criteria that belong to no task and no phase. */
  readonly criteria: readonly Criterion[];
  /** In the order of the document. */
  readonly diagnostics: readonly Diagnostic[];
  readonly account: Account;
}

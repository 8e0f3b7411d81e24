import type { Json } from './json.ts';
import type { BudgetSpec } from './limit.ts';
import type { ToolPermission } from './tool.ts';

/** What a task is about; models say in `goodAt` which kinds they do well. */
export type TaskKind =
  | 'plan'
  | 'code'
  | 'test'
  | 'review'
  | 'document'
  | 'check'
  | 'write'
  | (string & {});

/** Highest first. */
export type Priority = 'critical' | 'high' | 'medium' | 'low';

/** One acceptance criterion: `kind` names a validator, `value` is what it is told (a command, a question, a schema). */
export interface Check {
  readonly kind: string;
  readonly value?: Json;
}

/** Where a task came from, so that its state can be written back. */
export interface TaskOrigin {
  readonly file: string;
  readonly uid: string;
}

/** What does a task: a tool call instead of a model. */
export interface ToolStep {
  readonly tool: string;
  readonly input: Json;
}

/**
 * Several answers to one task of which one answer comes: the best by a judge's word, the one that most models gave, or
 * one that a judge merges from all.
 */
export interface Ensemble {
  readonly kind: 'best-of' | 'vote' | 'merge';
  /** How many answers: 2 to 5. */
  readonly of: number;
  /** The models that answer, by name and in turn; the default is a different model for each, as far as there are enough. */
  readonly models?: readonly string[];
  /** The role that chooses or merges, and that is asked where a vote has no majority; the default is `reviewer`. */
  readonly judge?: string;
}

/** How the answers of other tasks become that of the task which has this. */
export interface EnsembleClosing {
  readonly kind: Ensemble['kind'];
  /** Keys of the tasks that answer. */
  readonly members: readonly string[];
}

/** One atomic piece of work, as plans, code and spec files give it. */
export interface PlanTask {
  /** Unique in its run; other tasks name it in `needs`. */
  readonly key: string;
  readonly title: string;
  /** What to do, in words. */
  readonly instruction: string;
  readonly kind: TaskKind;
  /** Keys of tasks that must be verified first. */
  readonly needs: readonly string[];
  /** Paths that the task writes; two tasks that share one never run at once. */
  readonly files: readonly string[];
  readonly role?: string;
  /** The part of the work that it belongs to; tasks of one phase can be paused or cancelled together. */
  readonly phase?: string;
  readonly priority: Priority;
  readonly checks: readonly Check[];
  /** Done by this tool and no model; a task of kind `check` with neither is its checks alone. */
  readonly step?: ToolStep;
  readonly origin?: TaskOrigin;
  /** `false` asks a model whatever was answered before, and keeps the answer for nobody. */
  readonly cache?: false;
  /** What its calls may use in all, those of its reviews and of runs below it included. */
  readonly budget?: BudgetSpec;
  /** Epoch ms by which it must be done; when no model can be done by then, it fails at once and says so. */
  readonly deadlineAt?: number;
  /** How long it may wait for a model, or for the tool that does it, once it is ready, in ms; then it fails and says so. */
  readonly maxWaitMs?: number;
  /** Only this model of the team does it. */
  readonly model?: string;
  /** Keys of tasks whose models leave this one to others, as far as others would not keep it waiting long. */
  readonly notBy?: readonly string[];
  /** Permissions for this task alone, beyond those of its role and model; no plan of a model can give any. */
  readonly grants?: readonly ToolPermission[];
  /** The task to whose ensemble this one belongs. Where it fails, that task and the run go on without it. */
  readonly memberOf?: string;
  /** Ends an ensemble: it starts when its members are done or have failed, and needs one that is done. */
  readonly ensemble?: EnsembleClosing;
  /** The task whose answer stands for this one's, since the plan was changed: it has passed this one's checks. */
  readonly replacedBy?: string;
}

/** A task as a user may write it: all but `instruction` has a default. */
export interface TaskInput {
  readonly key?: string;
  readonly title?: string;
  readonly instruction: string;
  readonly kind?: TaskKind;
  readonly needs?: readonly string[];
  readonly files?: readonly string[];
  readonly role?: string;
  readonly phase?: string;
  readonly priority?: Priority;
  readonly checks?: readonly Check[];
  readonly step?: ToolStep;
  readonly origin?: TaskOrigin;
  readonly cache?: false;
  readonly budget?: BudgetSpec;
  readonly deadlineAt?: number;
  readonly maxWaitMs?: number;
  /** Only this model of the team does it, whatever its role; the default is whoever is best. */
  readonly model?: string;
  /** Keys of tasks whose models leave this one to others, as far as others would not keep it waiting long. */
  readonly notBy?: readonly string[];
  /** Permissions for this task alone, beyond those of its role and model: they reach the tools that its role has. */
  readonly grants?: readonly ToolPermission[];
  /** Has several models answer in words; the task's own key stands for the one answer that comes of it. */
  readonly ensemble?: Ensemble;
}

/** A place in a document: 1-based line and column, and UTF-16 offsets into the text as it was read. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** Something to know about a document, with a stable code and what to do. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly at: Position;
  readonly hint?: string;
}

/** How a task stands in its document. */
export type DocumentStatus = 'todo' | 'in-progress' | 'done' | 'blocked' | 'deferred' | 'unknown';

/** A graph of tasks with what they came from. */
export interface TaskGraph {
  readonly title?: string;
  readonly tasks: readonly TaskInput[];
  /** Facts about the project that every prompt may use, in Markdown. */
  readonly context?: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** Writes the states of tasks back to where they came from. */
  readonly source?: TaskSource;
}

/** One edit of a file's text: the UTF-16 range `start` to `end` becomes `text`. */
export interface TextEdit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A document of tasks: read to a graph, and one task's state written back without touching any other byte. */
export interface TaskSource {
  readonly spec: 'task-source/1';
  /** Paths of the documents, relative to the repository's root. */
  readonly files: readonly string[];
  /**
   * The edit that sets `uid` to `status` in `text`, the present content of `file`. Pure: the caller writes.
   * Throws `OverseerError` with code `source.stale` when the task is no longer there or is ambiguous.
   */
  setStatus(file: string, text: string, uid: string, status: DocumentStatus): TextEdit;
}

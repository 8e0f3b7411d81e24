import type { Message } from './message.ts';
import type { ToolDescription } from './model.ts';
import type { FrameworkReport, PromptSection } from './prompt-record.ts';
import type { RecoveryAction, TroubleKind } from './recovery.ts';
import type { Priority } from './task.ts';
import type { ToolPermission } from './tool.ts';
import type { Ask, Finding, ValidationTier, Verdict } from './validator.ts';

/** How one candidate model stood when a task was given away. */
export interface ConsideredModel {
  readonly model: string;
  readonly admission: 'run' | 'wait' | 'never';
  /** In plain words: `5/5 calls, resets in 8 s`. */
  readonly why: string;
  readonly untilAt?: number;
  /** Predicted quality less what price and time count for; present where outcomes had a say. */
  readonly score?: number;
  /** The predicted chance that its answer is accepted, 0 to 1. */
  readonly quality?: number;
  /** US dollars for one call, as estimated. */
  readonly price?: number;
}

/**
 * Whose fault it was that an attempt ended without success. `model`: its answer, its habits or its provider.
 * `infrastructure`: a disk, a tool or a check that broke, which says nothing of the model. `none`: nobody's.
 */
export type AttemptFault = 'model' | 'infrastructure' | 'none';

/** What keeps a task waiting, in words that stay the same while figures change. */
export interface WaitCause {
  /** `limit`: a window or bound that has room again by itself; `outage`: anything else that is waited out. */
  readonly kind: 'limit' | 'outage';
  /** `5 calls` of a limit, after whose it is where that is not the model's own; of an outage what is wrong. */
  readonly what: string;
  /** The model that would be first; absent where a tool keeps the task waiting. */
  readonly model?: string;
}

/** What a fork takes over from the run where it was done. */
export interface TakenOver {
  readonly run: string;
  /** The attempt that did it there, and its model; absent where none did. */
  readonly attempt?: string;
  readonly model?: string;
  /** What it gave; a store keeps a long text once, whoever names it. */
  readonly output: string;
}

/** What the events of tasks carry, of their attempts, and of what these are checked by and change. */
export interface TaskEventData {
  'task.assigned': {
    /** Absent where a tool or checks alone do the task. */
    readonly model?: string;
    /** What the model is, `provider/id`: under this its outcomes are learned, whatever it is called in the team. */
    readonly version?: string;
    readonly because: string;
    readonly considered?: readonly ConsideredModel[];
    /** The model that would have been first choice. */
    readonly insteadOf?: string;
    /** The attempt before, whose conversation with its tools' results this one goes on with. */
    readonly continues?: string;
    /** What it may do: by its role, its model and its task, and what was granted for a while; absent where that is nothing. */
    readonly permissions?: readonly ToolPermission[];
    /** When its answer is expected, epoch ms; absent where nobody can know. */
    readonly expectedEndAt?: number;
  };
  'task.waiting': {
    readonly because: string;
    readonly untilAt?: number;
    /** Absent in journals of before it was told. */
    readonly on?: WaitCause;
  };
  /** A person put the task before all others. */
  'task.expedited': { readonly by: string; readonly because: string };
  /** A person took that back: the task waits for its turn as any other. */
  'task.unexpedited': { readonly by: string; readonly because: string };
  /**
   * What the task gave is the answer of this attempt's last call, with those that it goes on from, or of its tool, or that
   * of the task `from`; it is not written again here.
   */
  'task.done': {
    readonly changed?: readonly string[];
    readonly commit?: string;
    readonly from?: string;
    /** Present in a fork, for what was done in its parent: nothing was worked or paid here. */
    readonly takenOver?: TakenOver;
  };
  'task.failed': { readonly because: string; readonly findings?: readonly Finding[] };
  'task.skipped': { readonly because: string };
  /** Nothing of the task begins until it is resumed; a call in flight ends. */
  'task.paused': { readonly because: string };
  'task.resumed': { readonly because: string };
  /** Somebody gave it another priority, or another model: a name binds the task to that model, `null` frees it. */
  'task.changed': {
    readonly because: string;
    readonly priority?: Priority;
    readonly model?: string | null;
  };
  /** A task that failed or was skipped is to be tried again, with as many attempts as a new one. */
  'task.reopened': { readonly because: string };
  'attempt.started': {
    readonly messages: readonly Message[];
    readonly tools: readonly ToolDescription[];
    /** The sections that `messages` were made of, without their text, in order; `lines` is how many lines each gave. */
    readonly sections: readonly (Omit<PromptSection, 'text'> & { readonly lines: number })[];
    readonly framework?: FrameworkReport;
  };
  /** Something went wrong with a call, and the attempt goes on with its model all the same. */
  'attempt.recovered': {
    readonly trouble: TroubleKind;
    readonly action: RecoveryAction;
    readonly because: string;
    /** The prompt that is sent from here on. */
    readonly messages?: readonly Message[];
    readonly sections?: TaskEventData['attempt.started']['sections'];
    /** The tokens that the whole conversation may have from here on, by estimate; the oldest results of tools give way first. */
    readonly fit?: number;
    /** The most output tokens that its calls are allowed from here on. */
    readonly maxTokens?: number;
    /** The JSON that stands for what the model wrote: the input of the tool call `tool`, or else its answer. */
    readonly json?: string;
    readonly tool?: string;
  };
  'workspace.opened': { readonly base: string };
  'attempt.ended': {
    readonly outcome: 'accepted' | 'rejected' | 'failed' | 'moved' | 'cancelled';
    readonly because: string;
    /** Absent in journals of before it was told; then a failure counts as the model's. */
    readonly fault?: AttemptFault;
    /** No other attempt may follow: the task fails with this one. */
    readonly isLast?: boolean;
    readonly findings?: readonly Finding[];
  };
  'verdict.given': {
    /** Position in the task's chain of checks. */
    readonly check: number;
    readonly validator: string;
    readonly tier: ValidationTier;
    readonly verdict: Verdict;
  };
  'question.asked': {
    readonly id: string;
    /** The check that asks, by its position in the chain, and its validator; absent where a tool call is in doubt. */
    readonly check?: number;
    readonly validator?: string;
    /** The id of the tool call in doubt that is asked about. */
    readonly tool?: string;
    readonly ask: Ask;
  };
  'question.answered': { readonly id: string; readonly reply: string; readonly by: string };
  'change.started': { readonly files: readonly string[] };
  'change.accepted': { readonly commit: string; readonly files: readonly string[] };
  'change.refused': { readonly because: string; readonly findings: readonly Finding[] };
}

import type { Json } from './json.ts';
import type { Part } from './message.ts';
import type { PlanTask } from './task.ts';
import type { ToolPermission } from './tool.ts';

/** Where a validator stands in the chain; lower tiers run first, and a refusal ends the chain. */
export type ValidationTier = 'automated' | 'tool' | 'peer' | 'overseer' | 'person';

/** One thing that is wrong, in a form that a model can repair and a person can read. */
export interface Finding {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly code?: string;
}

/** The answer of one validator. `score` is 0 to 1; `skipped` says why nothing was checked (an absent optional program). */
export type Verdict =
  | {
      readonly kind: 'pass';
      readonly score?: number;
      readonly evidence?: string;
      readonly skipped?: string;
    }
  | {
      readonly kind: 'fail';
      readonly score?: number;
      readonly evidence?: string;
      readonly findings: readonly Finding[];
      readonly hint?: string;
      /** No other try may follow: whoever judged it wants none. */
      readonly isFinal?: true;
    };

/** A question that only a model of some role or a person can answer. */
export interface Ask {
  readonly kind: 'ask';
  readonly of: { readonly role: string } | { readonly person: string };
  readonly request: string;
  /**
   * How long a person may take, in ms, over restarts too; then `otherwise` is the answer, or the task fails where that is
   * absent. The default is as long as it takes; of no effect for roles.
   */
  readonly answerWithinMs?: number;
  readonly otherwise?: string;
}

/** What a model or tool gave for a task. */
export interface Answer {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** What a validator may look at. Hand it on as it is: a copy by spreading has no signal. */
export interface ValidationContext {
  readonly task: PlanTask;
  readonly signal: AbortSignal;
  /** The attempt's own folder, absolute; `undefined` where the run has no workspace. */
  readonly workspace?: string;
  /** Paths that the attempt added, changed or deleted, relative to the workspace. */
  readonly changed: readonly string[];
  /** What the tasks that this one needs gave; nobody vouches for it. */
  readonly inputs?: readonly {
    readonly key: string;
    readonly title: string;
    readonly output: string;
  }[];
  /** The check's own value from the task. */
  readonly value: Json | undefined;
}

/** One check of an answer. Never waits for a model or a person: it asks, and concludes from the reply. */
export interface Validator {
  readonly spec: 'validator/1';
  readonly tier: ValidationTier;
  /** How long a check may take before it is given up and counts as failed; the default is 10 minutes. */
  readonly timeoutMs?: number;
  /**
   * What whoever asks for this check with a value of their own needs leave for, such as `execute` where the value is a
   * command. A host needs none; a model's plan may ask for it only where the overseer role is granted all of them.
   */
  readonly permissions?: readonly ToolPermission[];
  /** A check that waits for nothing may answer at once. Throws `OverseerError` only when the check itself could not be made. */
  validate(answer: Answer, ctx: ValidationContext): Promise<Verdict | Ask> | Verdict | Ask;
  /** Turns the reply to an `ask` into a verdict. Required of validators that ask. */
  conclude?(reply: string, ctx: ValidationContext): Promise<Verdict> | Verdict;
}

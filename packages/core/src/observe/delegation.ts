import type { TaskStatus } from '../journal/run-state.ts';
import type { BudgetSpec } from '../spec/limit.ts';
import type { PromptSection } from '../spec/prompt-record.ts';
import type { Check } from '../spec/task.ts';
import type { ToolPermission } from '../spec/tool.ts';
import type { ValidationTier, Verdict } from '../spec/validator.ts';

/** What was given so far, one answer of the model or one call of a tool. */
export interface PartialResult {
  /** The call of the model that gave it; `undefined` where a tool alone does the task. */
  readonly call: string | undefined;
  readonly text: string;
  /** The tools that were called for it, and how that went. */
  readonly tools: readonly {
    readonly id: string;
    readonly name: string;
    readonly outcome: 'done' | 'failed' | 'open';
  }[];
}

/** Who had which task when, and on which terms: one attempt. Moments are epoch ms. */
export interface Delegation {
  readonly run: string;
  readonly task: string;
  readonly title: string;
  readonly attempt: string;
  /** To whom: a model by its name in the team, `undefined` where a tool or checks alone do it; and in which role. */
  readonly model: string | undefined;
  readonly role: string;
  /** Why to whom, and who would have been first choice. */
  readonly because: string;
  readonly insteadOf?: string;
  readonly assignedAt: number;
  /** The event that gave it away. */
  readonly seq: number;
  readonly endedAt?: number;
  readonly expectedEndAt?: number;
  readonly deadlineAt?: number;
  /** What it was told: the sections of its prompt, of which the texts stand in the messages of `attempt.started`, and what other tasks gave. */
  readonly context: {
    readonly sections: readonly (Omit<PromptSection, 'text'> & { readonly lines: number })[];
    /** The event with the whole prompt; `undefined` before there was one. */
    readonly seq?: number;
    readonly inputs: readonly { readonly task: string; readonly characters: number }[];
  };
  /** The tasks that it needs, and how they stood when it was given away. */
  readonly prerequisites: readonly { readonly task: string; readonly status: TaskStatus }[];
  /** What it may use and do. */
  readonly tools: readonly string[];
  readonly permissions: readonly ToolPermission[];
  /** What it has to bring about. */
  readonly success: {
    readonly objective: string;
    readonly checks: readonly Check[];
    /** The files that it is to write. */
    readonly files: readonly string[];
    readonly budget?: BudgetSpec;
  };
  /** The checks that were made so far, and those by whose word it waits. */
  readonly validation: {
    readonly verdicts: readonly {
      readonly validator: string;
      readonly tier: ValidationTier;
      readonly verdict: Verdict;
    }[];
    /** Questions without an answer. */
    readonly questions: readonly { readonly id: string; readonly request: string }[];
  };
  readonly partial: readonly PartialResult[];
  readonly outcome: 'open' | 'accepted' | 'rejected' | 'failed' | 'moved' | 'cancelled';
  readonly reason?: string;
  readonly commit?: string;
}

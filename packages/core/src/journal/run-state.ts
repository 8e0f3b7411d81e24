import type { CallEstimate, FrameworkReport, RunStatus } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { BudgetSpec } from '../spec/limit.ts';
import type { Message, Part } from '../spec/message.ts';
import type { FinishReason, ModelErrorKind, ToolDescription } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Effect } from '../spec/tool.ts';
import type { Ask, Finding, Verdict } from '../spec/validator.ts';

/** Sums over calls, as they grow. Money is in micro-dollars. */
export interface RunningTotals {
  calls: number;
  failedCalls: number;
  uncertainCalls: number;
  inputTokens: number;
  outputTokens: number;
  microUsd: number;
}

/** A run, as its events tell it. */
export interface RunState {
  readonly id: string;
  readonly title: string;
  readonly goal: string | undefined;
  readonly context: string | undefined;
  readonly budget: BudgetSpec | undefined;
  /** On whose behalf it is made. */
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  readonly startedAt: number;
  status: 'running' | 'suspended' | 'finished';
  outcome: RunStatus | undefined;
  output: string | undefined;
  because: string | undefined;
  readonly tasks: Map<string, TaskState>;
  /** Tasks that are neither done, failed nor skipped. */
  open: number;
  readonly usage: RunningTotals;
}

/** How a task stands. `open` tasks wait for others, for a model or for their turn. */
export type TaskStatus = 'open' | 'running' | 'done' | 'failed' | 'skipped';

/** Which statuses are final. */
export const isFinal: Readonly<Record<TaskStatus, boolean>> = {
  open: false,
  running: false,
  done: true,
  failed: true,
  skipped: true,
};

/** A task, as its events tell it. */
export interface TaskState {
  readonly run: string;
  readonly task: PlanTask;
  status: TaskStatus;
  /** For a task that answers a validator's question: whose. */
  readonly asks: { readonly task: string; readonly question: string } | undefined;
  attempt: AttemptState | undefined;
  /** Attempts that ended, oldest first. */
  readonly past: PastAttempt[];
  /** Why it waits, when the scheduler said so. */
  waiting: { readonly because: string; readonly untilAt: number | undefined } | undefined;
  output: string | undefined;
  because: string | undefined;
  commit: string | undefined;
}

/** What is kept of an attempt that ended. */
export interface PastAttempt {
  readonly id: string;
  readonly model: string | undefined;
  readonly outcome: 'accepted' | 'rejected' | 'failed' | 'moved' | 'cancelled';
  readonly because: string;
  readonly answer: string;
  readonly findings: readonly Finding[];
}

/** One tool call that a model asked for. */
export interface ToolStepState {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly effect: Effect;
  result: { readonly output: Json; readonly isError: boolean } | undefined;
}

/** One finished model call, with what its tools answered. */
export interface StepState {
  readonly call: string;
  readonly parts: readonly Part[];
  readonly reason: FinishReason;
  readonly tools: Map<string, ToolStepState>;
}

/** One try at a task, as its events tell it. */
export interface AttemptState {
  readonly id: string;
  readonly run: string;
  readonly task: string;
  readonly model: string | undefined;
  prompt:
    | {
        readonly messages: readonly Message[];
        readonly tools: readonly ToolDescription[];
        readonly framework: FrameworkReport | undefined;
      }
    | undefined;
  base: string | undefined;
  readonly steps: StepState[];
  /** A call without an end. */
  openCall: { readonly id: string; readonly estimate: CallEstimate } | undefined;
  /** The last call, when it failed. */
  failure:
    | {
        readonly kind: ModelErrorKind;
        readonly message: string;
        readonly retryable: boolean;
        readonly retryAt: number | undefined;
      }
    | undefined;
  /** Calls that failed since the last one that did not. */
  failures: number;
  /** The tool call of a task that a tool does. */
  toolStep: ToolStepState | undefined;
  /** By position in the chain of checks. */
  readonly verdicts: Map<number, Verdict>;
  readonly questions: Map<
    string,
    { readonly check: number; readonly ask: Ask; reply: string | undefined }
  >;
  change:
    | 'started'
    | 'refused'
    | { readonly commit: string; readonly files: readonly string[] }
    | undefined;
}

/** No use at all. */
export function noUsage(): RunningTotals {
  return {
    calls: 0,
    failedCalls: 0,
    uncertainCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
  };
}

import type { CacheScope } from '../spec/answer-store.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { Json } from '../spec/json.ts';
import type { BudgetSpec } from '../spec/limit.ts';
import type { Message, Part } from '../spec/message.ts';
import type { FinishReason, ModelErrorKind, ToolDescription } from '../spec/model.ts';
import type { FrameworkReport } from '../spec/prompt-record.ts';
import type { RecoveryAction } from '../spec/recovery.ts';
import type { RunStatus } from '../spec/run-events.ts';
import type { PlanTask, Priority } from '../spec/task.ts';
import type { AttemptFault } from '../spec/task-events.ts';
import type { Effect } from '../spec/tool.ts';
import type { Ask, Finding, Verdict } from '../spec/validator.ts';

/** Sums over calls, as they grow. Money is in micro-dollars. */
export interface RunningTotals {
  calls: number;
  failedCalls: number;
  uncertainCalls: number;
  cachedCalls: number;
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
  readonly cache: false | CacheScope | undefined;
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  /** Whose work it is: its user, its tenant, or the run itself where nothing was said. */
  readonly flow: string;
  readonly weight: number;
  readonly startedAt: number;
  status: 'running' | 'suspended' | 'finished';
  /** Who paused it, while it is suspended; its overseer's closing is none. */
  pausedBy: string | undefined;
  outcome: RunStatus | undefined;
  output: string | undefined;
  because: string | undefined;
  readonly tasks: Map<string, TaskState>;
  /** Tasks that are neither done, failed nor skipped. */
  open: number;
  readonly usage: RunningTotals;
  /** Whether a call was charged whose price nobody knows. */
  unpriced: boolean;
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
  /** As it was planned, or as a later plan has it. */
  task: PlanTask;
  status: TaskStatus;
  /** Its own at first; somebody may have changed it. */
  priority: Priority;
  /** The model that somebody gave it to, whoever else could do it. */
  model: string | undefined;
  /** Why somebody paused it, while it is paused. */
  paused: string | undefined;
  /** For a task that answers a validator's question: whose, and which model's work it is about. */
  readonly asks:
    | { readonly task: string; readonly question: string; readonly author: string | undefined }
    | undefined;
  attempt: AttemptState | undefined;
  /** Whether a person put it before all others. */
  expedited: boolean;
  /** Attempts that ended, oldest first. */
  past: PastAttempt[];
  /** How many of `past` do not count as tries any more, since the task was reopened after them. */
  forgiven: number;
  /** What the attempt before left, for a model that can take it up. */
  left: UnfinishedWork | undefined;
  /** Why it waits, when the scheduler said so. */
  waiting: { readonly because: string; readonly untilAt: number | undefined } | undefined;
  output: string | undefined;
  because: string | undefined;
  commit: string | undefined;
  /** The task whose answer this one took over. */
  from: string | undefined;
  /** For a task that finds another way for one that could not be done: which one. */
  readonly mends: string | undefined;
  /** The task that finds another way for this one, while it does. */
  mending: string | undefined;
  /** How often another way was looked for, for this task and for those that it stands in for. */
  replans: number;
}

/** What is kept of an attempt that ended. */
export interface PastAttempt {
  readonly id: string;
  readonly model: string | undefined;
  readonly outcome: 'accepted' | 'rejected' | 'failed' | 'moved' | 'cancelled';
  readonly because: string;
  readonly fault: AttemptFault | undefined;
  /** No other attempt may follow it. */
  readonly isLast: boolean;
  /** Its answer passed its checks, and was doubted all the same. */
  readonly isDoubted: boolean;
  readonly answer: string;
  readonly findings: readonly Finding[];
  /** What its model said of the prompt, where that was too long for it. */
  readonly overflow: string | undefined;
}

/** One tool call that a model asked for. */
export interface ToolStepState {
  readonly id: string;
  readonly name: string;
  /** `null` for a call that changes nothing, since that is never repeated. */
  readonly input: Json;
  readonly effect: Effect;
  result: { readonly output: Json; readonly isError: boolean } | undefined;
  /** The latest question about whether it happened, by its id in the attempt's questions. */
  question: string | undefined;
}

/** One finished model call, with what its tools answered. */
export interface StepState {
  readonly call: string;
  parts: readonly Part[];
  readonly reason: FinishReason;
  readonly tools: Map<string, ToolStepState>;
  /** What the attempt does about its end, where that came too early: the next call goes on with it, or stands for it. */
  next: 'go-on' | 'again' | undefined;
  /** The JSON that stands for the answer. */
  json: string | undefined;
}

/** One question that an attempt asked, and what was answered. */
export interface QuestionState {
  /** The check that asks; `undefined` where it is about a tool call. */
  readonly check: number | undefined;
  readonly ask: Ask;
  /** Epoch ms; moves with a clock that is set back. */
  askedAt: number;
  reply: string | undefined;
  /** Who replied: `model:<name>` or `person:<name>`. */
  by: string | undefined;
}

/** A call that has begun and has no end yet. */
export interface OpenCallState {
  readonly id: string;
  readonly estimate: CallEstimate;
  readonly unpriced?: true;
}

/** An answer that counts only where no other comes. */
export interface SpareAnswer {
  readonly call: string;
  readonly model: string | undefined;
  readonly parts: readonly Part[];
  readonly reason: FinishReason;
}

/** A conversation that broke off between two of its calls. */
export interface UnfinishedWork {
  /** The attempt that ended. */
  readonly attempt: string;
  /** The attempt that the conversation began with. */
  readonly origin: string;
  readonly base: string | undefined;
  /** The last one calls tools; some of their results may be missing. */
  readonly steps: readonly StepState[];
}

/** One try at a task, as its events tell it. */
export interface AttemptState {
  readonly id: string;
  /** The attempt that its conversation began with: its own id, unless it goes on from another. */
  readonly origin: string;
  readonly run: string;
  readonly task: string;
  /** Whose answer it is: the model that it was given to, or the one that answered first when two were asked. */
  model: string | undefined;
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
  openCall: OpenCallState | undefined;
  /** A second call without an end, which another model got because the first gave no word in time. */
  hedge: (OpenCallState & { readonly model: string }) | undefined;
  /** What one of two calls gave while the other was under way: the answer, if nothing comes of the other. */
  spare: SpareAnswer | undefined;
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
  /** Calls that were begun since the last answer. */
  tries: number;
  /** Those of them that an attempt does not wait out, or that failed while the model answered others. */
  strikes: number;
  /** When the first and when the last of these failed, epoch ms. */
  failingSince: number | undefined;
  failedAt: number | undefined;
  /** How often it did what about its troubles; `undefined` as long as it had none. */
  recovered: Map<RecoveryAction, number> | undefined;
  /** The tokens that its conversation may have, and the most that an answer of it may have, where that was changed. */
  fit: number | undefined;
  maxTokens: number | undefined;
  /** The tool call of a task that a tool does. */
  toolStep: ToolStepState | undefined;
  /** By position in the chain of checks. */
  verdicts: (Verdict | undefined)[];
  /** By id, in the order of asking; `undefined` as long as nothing was asked. */
  questions: Map<string, QuestionState> | undefined;
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
    cachedCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    microUsd: 0,
  };
}

import type { CacheScope } from './answer-store.ts';
import type { CallEstimate, Hold, Payer, UsageTotals } from './call-amounts.ts';
import type { Json } from './json.ts';
import type { BudgetScope, BudgetSpec } from './limit.ts';
import type { Message, Part } from './message.ts';
import type { FinishReason, ModelErrorKind, RateLimit, ToolDescription, Usage } from './model.ts';
import type { FrameworkReport, PromptSection } from './prompt-record.ts';
import type { RecoveryAction, TroubleKind } from './recovery.ts';
import type { PlanTask, Priority } from './task.ts';
import type { Effect, ToolPermission } from './tool.ts';
import type { GrantScope, ToolCaller, ToolRefusal } from './tool-caller.ts';
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

/**
 * Which call another one hedges: it asks a second model the same, and the first whole answer is the attempt's. The attempt
 * belongs to the model that gave it.
 */
export interface HedgeOf {
  /** The call that gave no word in time. */
  readonly of: string;
  /** What the second model is, `provider/id`: under this its outcome is learned if it answers first. */
  readonly version: string;
  /** In words: `coder-a gave no first word in 4 s: asked coder-b too`. */
  readonly because: string;
}

/** What keeps a task waiting, in words that stay the same while figures change. */
export interface WaitCause {
  /** `limit`: a window or bound that has room again by itself; `outage`: anything else that is waited out. */
  readonly kind: 'limit' | 'outage';
  /** `5 calls` of a limit, after whose it is where that is not the model's own; of an outage what is wrong. */
  readonly what: string;
  /** The model that would be first; absent where a tool keeps the task waiting. */
  readonly model?: string;
}

/** How a run ended. */
export type RunStatus = 'completed' | 'stopped' | 'failed';

/** What each type of event carries. Every decision and outcome is here; tokens as they stream, progress and queue order are not. */
export interface EventData {
  'lease.taken': { readonly holder: string; readonly epoch: number; readonly from?: string };
  /** Nothing of any run begins until the project is resumed. */
  'project.paused': { readonly because: string };
  'project.resumed': { readonly because: string };
  'run.started': {
    readonly goal?: string;
    readonly title: string;
    readonly context?: string;
    readonly budget?: BudgetSpec;
    /** Whose answers this run may use and leave, beside the overseer's own; `false` for none. */
    readonly cache?: false | CacheScope;
    readonly user?: string;
    readonly tenant?: string;
    /** The task of another run for which this one works; what it uses is charged to that as well. */
    readonly parent?: { readonly run: string; readonly task: string };
    /** Whose work it is, and with which weight it shares in the models. */
    readonly flow?: string;
    readonly weight?: number;
  };
  'run.suspended': { readonly because: string };
  'run.resumed': { readonly because: string };
  /** What the run gave is the output of its last tasks; it is not written again here. */
  'run.finished': {
    readonly status: RunStatus;
    readonly because?: string;
    readonly usage: UsageTotals;
    /**
     * What the project, and the run's user and tenant, have spent in all so far, this run included: from here on nobody
     * has to know the events before. Money is in micro-dollars.
     */
    readonly spent?: Readonly<
      Partial<
        Record<
          BudgetScope,
          { readonly usd: number; readonly tokens: number; readonly calls: number }
        >
      >
    >;
  };
  'plan.accepted': { readonly by: 'host' | 'model'; readonly tasks: readonly PlanTask[] };
  'task.assigned': {
    /** Absent where a tool or checks alone do the task. */
    readonly model?: string;
    /** What the model is, `provider/id`: under this its outcomes are learned, whatever it is called in the team. */
    readonly version?: string;
    readonly because: string;
    readonly considered?: readonly ConsideredModel[];
    /** The model that would have been first choice. */
    readonly insteadOf?: string;
  };
  'task.waiting': {
    readonly because: string;
    readonly untilAt?: number;
    /** Absent in journals of before it was told. */
    readonly on?: WaitCause;
  };
  /** A person put the task before all others. */
  'task.expedited': { readonly by: string; readonly because: string };
  /**
   * What the task gave is the answer of this attempt's last call, with those that it goes on from, or of its tool, or that
   * of the task `from`; it is not written again here.
   */
  'task.done': {
    readonly changed?: readonly string[];
    readonly commit?: string;
    readonly from?: string;
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
    readonly sections?: EventData['attempt.started']['sections'];
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
  'call.started': {
    readonly step: number;
    readonly holds: readonly Hold[];
    readonly estimate: CallEstimate;
    /** What it can use at most; hard limits and budgets reserve this. */
    readonly worst: CallEstimate;
    /** On whose behalf; absent where its run names nobody. */
    readonly payer?: Payer;
    /** Under which the answer may be kept for equal requests; absent where it may not. */
    readonly key?: string;
    /** Nobody knows what the model costs: its dollars are missing wherever they are counted. */
    readonly unpriced?: true;
    /** Present where it is the second of two calls for one answer, because the first gave no word in time. */
    readonly hedge?: HedgeOf;
  };
  'call.finished': {
    readonly parts: readonly Part[];
    readonly reason: FinishReason;
    readonly usage: Usage;
    readonly settled: CallEstimate;
    readonly rate?: RateLimit;
    readonly durationMs: number;
    /** From the start of the call to its first delta or part, by the clock of the host; absent where nothing came. */
    readonly firstTokenMs?: number;
    readonly warnings?: readonly string[];
  };
  'call.failed': {
    readonly kind: ModelErrorKind;
    readonly message: string;
    readonly retryable: boolean;
    readonly retryAt?: number;
    /** Until when the provider asked to be left alone, or until its quota is full again, epoch ms. */
    readonly askedUntilAt?: number;
    readonly rate?: RateLimit;
    /** What stays charged: nothing for a call that was refused, the estimate for one whose end nobody saw. */
    readonly settled: CallEstimate;
    readonly uncertain: boolean;
    /** The other of two calls for one answer, which gave it first: this one was broken off for that. */
    readonly lostTo?: string;
  };
  /**
   * A call that began was not sent: a limit that is shared with other processes had no room for it, or could not be asked. Nothing is
   * charged, and it says nothing about its model.
   */
  'call.withheld': {
    /** In plain words: `key team, over all processes: 20/20 calls, resets in 2 s`. */
    readonly because: string;
    /** The limit that had no room. */
    readonly limit?: string;
    /** Before this it is not asked for again, epoch ms. */
    readonly untilAt?: number;
    /** Why the store of shared limits could not be asked, such as `store.full`. */
    readonly code?: string;
    /** Absent where it was cancelled. */
    readonly on?: WaitCause;
  };
  /** The answer to an equal call in place of a call: nothing was sent, and nothing is charged. */
  'call.cached': {
    readonly step: number;
    readonly key: string;
    /** The call that gave this answer; it may be one of another run. */
    readonly of: string;
    /** `kept`: it was accepted before. `joined`: this attempt waited for it. `similar`: its request says the same in other words. */
    readonly by: 'kept' | 'joined' | 'similar';
    /** The cosine of the two requests, where they are similar. */
    readonly similarity?: number;
    readonly parts: readonly Part[];
    readonly reason: FinishReason;
    /** What that call cost. */
    readonly saved: CallEstimate;
  };
  /**
   * Of calls that change something, count in a quota or need a grant: any other need not be known before it is over.
   */
  'tool.started': {
    readonly id: string;
    readonly name: string;
    readonly input: Json;
    readonly effect: Effect;
    /** For whom; present where the call counts in a quota, or a grant gave leave for it. */
    readonly caller?: ToolCaller;
    /** What its quotas set aside for it. */
    readonly holds?: readonly Hold[];
    /** What it costs, where its tool says that. */
    readonly microUsd?: number;
    /** The ids of the grants that gave leave for it, beside what role and model may always do. */
    readonly grants?: readonly string[];
  };
  'tool.finished': {
    readonly id: string;
    /** Present where no `tool.started` comes before it. */
    readonly name?: string;
    readonly output: Json;
    readonly isError?: boolean;
    /** What the tool stands on failed: it took too long, or threw something that is no answer. */
    readonly isBroken?: boolean;
    /** Why it was not called; absent where it was. */
    readonly refused?: ToolRefusal;
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
  /** Used and held first came to a share of a budget. Money is in micro-dollars. */
  'budget.crossed': {
    readonly scope: BudgetScope;
    readonly metric: 'usd' | 'tokens' | 'calls';
    readonly share: number;
    readonly used: number;
    readonly held: number;
    readonly capacity: number;
  };
  /** A person's note on what works with a model, `provider/id`, at a kind of task or all of them; an empty one takes the notes there back. */
  'practice.noted': {
    readonly model: string;
    readonly kind?: string;
    readonly note: string;
    readonly by: string;
  };
  /** Somebody gave leave for a while: of one tool with all that it needs, or of one permission. The actor is who gave it. */
  'grant.given': {
    readonly id: string;
    readonly tool?: string;
    readonly permission?: ToolPermission;
    readonly to: GrantScope;
    /** Epoch ms. */
    readonly untilAt?: number;
    /** Calls that it is good for. */
    readonly uses?: number;
    readonly because?: string;
  };
  'grant.revoked': { readonly id: string; readonly because?: string };
  /** How many calls a minute a model bears was learned from its refusals; an empty `rate` lifts that again. */
  'limit.learned': { readonly rate: RateLimit; readonly because?: string };
  /** A model is left alone after failures (`down`), or is up again. */
  'model.changed': {
    readonly state: 'up' | 'down';
    readonly because: string;
    /** When one call will try it again. */
    readonly untilAt?: number;
    /** What failed: the model, its key with all models of it, or its server with all models of it. */
    readonly scope?: 'model' | 'key' | 'server';
  };
  /** What answers from before stand on is left alone after failures, or works again: their store, or what embeds texts. */
  'cache.changed': {
    readonly part: 'store' | 'embed';
    readonly state: 'up' | 'down';
    readonly because: string;
    /** When one lookup will try it again. */
    readonly untilAt?: number;
  };
}

/** The name of an event, `noun.past-tense`. */
export type EventType = keyof EventData;

/** What every event carries beside its data. */
export interface Envelope {
  /** Unique; the store ignores a second append of the same id. */
  readonly id: string;
  /** `project/<id>` or `system`. */
  readonly stream: string;
  /** 1, 2, 3, … without a gap in its stream: the only order anyone may rely on. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
  /** The schema version of `type`. */
  readonly v: number;
  /** The fencing token of the writer. */
  readonly epoch: number;
  /** Who did it: `overseer`, `model:<name>`, `tool:<name>`, `person:<name>`. */
  readonly actor: string;
  readonly run?: string;
  readonly task?: string;
  readonly attempt?: string;
  readonly call?: string;
  readonly model?: string;
}

/** One event of the journal. */
export type OverseerEvent<T extends EventType = EventType> = {
  readonly [K in T]: Envelope & { readonly type: K; readonly data: EventData[K] };
}[T];

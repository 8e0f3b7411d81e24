import type { CallEstimate, Hold, Payer } from './call-amounts.ts';
import type { Json } from './json.ts';
import type { Part } from './message.ts';
import type { FinishReason, ModelErrorKind, RateLimit, Usage } from './model.ts';
import type { WaitCause } from './task-events.ts';
import type { Effect } from './tool.ts';
import type { ToolCaller, ToolRefusal } from './tool-caller.ts';

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

/** What the events of calls carry: of models and of tools. */
export interface CallEventData {
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
    /** The name of the key that it goes out with, where its model has several. */
    readonly keyName?: string;
    /** Nobody knows what the model costs: its dollars are missing wherever they are counted. */
    readonly unpriced?: true;
    /** Present where it is the second of two calls for one answer, because the first gave no word in time. */
    readonly hedge?: HedgeOf;
    /** Present where a worker makes it; somebody has to have begun it within `holdMs`. */
    readonly remote?: { readonly holdMs: number };
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
    /** What the provider could not do as asked (`adjusted: output`), and what of the charge is an estimate as it did not say (`estimated: usage`). */
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
    /** Its key was refused, and the next call goes out with another one. */
    readonly otherKey?: true;
    /** The key that it went out with was refused or is used up, and its model has others that may do: the call is made again with one of them. */
    readonly nextKey?: true;
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
    /**
     * `kept`: it was accepted before. `joined`: this attempt waited for it. `similar`: its request says the same in other words.
     * `late`: an overseer that no longer has the project had asked for it, and passed it on; that call is charged already.
     */
    readonly by: 'kept' | 'joined' | 'similar' | 'late';
    /** The cosine of the two requests, where they are similar. */
    readonly similarity?: number;
    readonly parts: readonly Part[];
    readonly reason: FinishReason;
    /** What that call cost. */
    readonly saved: CallEstimate;
  };
  /**
   * The end of a call that an overseer began which no longer has the project. Kept as evidence: where the reply is used, a
   * `call.finished` or `call.cached` says so, in the same write.
   */
  'reply.late': {
    readonly step: number;
    readonly parts: readonly Part[];
    readonly reason: FinishReason;
    readonly usage: Usage;
    /** What the call came to. It stays charged at what was charged when it was given up. */
    readonly settled: CallEstimate;
    readonly isUsed: boolean;
    readonly because: string;
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
    /** Present where no `tool.started` comes before it, and where parts of the output are sensitive. */
    readonly name?: string;
    readonly output: Json;
    readonly isError?: boolean;
    /** What the tool stands on failed: it took too long, or threw something that is no answer. */
    readonly isBroken?: boolean;
    /** Why it was not called; absent where it was. */
    readonly refused?: ToolRefusal;
  };
}

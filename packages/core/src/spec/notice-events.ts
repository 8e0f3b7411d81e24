import type { BudgetScope } from './limit.ts';
import type { Price, RateLimit } from './model.ts';
import type { ModelConnection, ModelWork } from './model-status.ts';
import type { CostlyFinding, PracticeChange, PracticeRecord } from './practice-record.ts';
import type { ToolPermission } from './tool.ts';
import type { GrantScope } from './tool-caller.ts';

/** What a team knows of a model beside the model itself. */
export interface ModelTerms {
  readonly role?: string;
  readonly goodAt?: readonly string[];
  readonly fallback?: readonly string[];
  readonly limits?: readonly string[];
  readonly concurrency?: number | 'auto';
  readonly price?: Price;
  readonly slowMs?: number;
}

/** What the events carry by which something is told that holds beyond one task. */
export interface NoticeEventData {
  /** Used and held first came to a share of a budget. Money is in micro-dollars. */
  'budget.crossed': {
    readonly scope: BudgetScope;
    readonly metric: 'usd' | 'tokens' | 'calls';
    readonly share: number;
    readonly used: number;
    readonly held: number;
    readonly capacity: number;
  };
  /**
   * A person's note on what works with a model, `provider/id`, at a kind of task or all of them, with prompts of a framework or all of
   * them; an empty one takes the notes there back.
   */
  'practice.noted': {
    readonly model: string;
    readonly kind?: string;
    readonly framework?: string;
    readonly note: string;
    readonly by: string;
  };
  /**
   * A person took back what was learned of a model, `provider/id`, at a kind of task or all of them, with prompts of a framework or all of
   * them: one finding by its pattern, which is not learned again, or all that is known there.
   */
  'practice.dropped': {
    readonly model: string;
    readonly kind?: string;
    readonly framework?: string;
    readonly pattern?: string;
    readonly by: string;
  };
  /** A person had what was known elsewhere of a model at a kind of task take the place of what was known of it here. */
  'practice.imported': { readonly practice: PracticeRecord; readonly by: string };
  /** What is known of practices was tidied, as it is from time to time (`overseer`) or at a person's word. */
  'practice.tidied': {
    readonly by: string;
    /** What was done, in words. */
    readonly because: string;
    /** Records that were looked at. */
    readonly looked: number;
    /** In the order in which they were made. */
    readonly changes: readonly PracticeChange[];
    /** Changes that are left for the next time. */
    readonly left: number;
    /** What cost most attempts, and lately: the costliest first. */
    readonly costliest: readonly CostlyFinding[];
  };
  /**
   * Another model of the team plans and judges from here on, for as long as the options name `insteadOf` as the overseer.
   */
  'overseer.changed': {
    readonly model: string;
    readonly insteadOf: string;
    readonly because: string;
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
  /** How many calls a minute a model bears, or one of its keys (`keyName`), was learned from refusals; an empty `rate` lifts that again. */
  'limit.learned': {
    readonly rate: RateLimit;
    readonly because?: string;
    readonly keyName?: string;
  };
  /**
   * A model is connected or is not from here on, or is left alone after failures (`error`), or no more. That it is being asked, and what
   * else it is at, is told and not written.
   */
  'model.changed': {
    readonly connection: Exclude<ModelConnection, 'connecting'>;
    readonly work: ModelWork;
    readonly because: string;
    /** The kind of what failed, such as `network`; absent where nothing did. */
    readonly code?: string;
    /** When one call will try it again. */
    readonly untilAt?: number;
    /** What failed: the model, its key with all models of it, or its server with all models of it. */
    readonly scope?: 'model' | 'key' | 'server';
  };
  /** One of several keys of a model is left alone after refusals or failures (`down`), or is used again; the others go on meanwhile. */
  'key.changed': {
    /** Its name, never the key. */
    readonly keyName: string;
    readonly state: 'up' | 'down';
    readonly because: string;
    /** When one call will try it again. */
    readonly untilAt?: number;
  };
  /** A model came into the team while it worked. Limits are in words; nothing secret is in it. */
  'model.added': ModelTerms & {
    readonly because: string;
    readonly provider: string;
    /** The model's own id at its provider. */
    readonly id: string;
  };
  /** A model left the team while it worked. */
  'model.removed': {
    readonly because: string;
    /** What becomes of its calls under way. */
    readonly calls: 'finish' | 'move';
    /** The tasks that nobody else could do, `run/task`, where it was taken out all the same. */
    readonly lastFor?: readonly string[];
  };
  /** What holds for a model of the team was changed: all that holds now, and which of it is new. */
  'model.reconfigured': ModelTerms & {
    readonly because: string;
    readonly changed: readonly string[];
  };
  /** What answers from before stand on is left alone after failures, or works again: their store, or what embeds texts. */
  'cache.changed': {
    readonly part: 'store' | 'embed';
    readonly state: 'up' | 'down';
    readonly because: string;
    /** When one lookup will try it again. */
    readonly untilAt?: number;
  };
  /**
   * How long finished runs are kept changed: noted before the first of them is erased by it, where nobody said how long a week before
   * (`fromAt`).
   */
  'retention.changed': {
    /** How long after its end a run is erased, in ms; absent where all are kept for ever. */
    readonly keepMs?: number;
    /** It is what holds where nobody says. */
    readonly isDefault: boolean;
    /** Nothing is erased by it before, epoch ms. */
    readonly fromAt: number;
  };
  /** The journal's store could not be reached, or answered late, and all work waited; it is back. */
  'store.changed': {
    readonly state: 'up';
    /** What was wrong, in words. */
    readonly because: string;
    /** Since when, epoch ms, and for how long. */
    readonly sinceAt: number;
    readonly downMs: number;
  };
  /** A gauge cannot be read, so that limits on it hold calls back, or it can be again. */
  'gauge.changed': {
    readonly gauge: string;
    readonly state: 'up' | 'down';
    readonly because: string;
  };
  /** The clock was set forward: it shows so much more time than went by. Windows that count a span of time go on as if it had not been. */
  'clock.jumped': {
    readonly byMs: number;
  };
}

import type { BudgetScope } from './limit.ts';
import type { RateLimit } from './model.ts';
import type { ToolPermission } from './tool.ts';
import type { GrantScope } from './tool-caller.ts';

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
  /** A person's note on what works with a model, `provider/id`, at a kind of task or all of them; an empty one takes the notes there back. */
  'practice.noted': {
    readonly model: string;
    readonly kind?: string;
    readonly note: string;
    readonly by: string;
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

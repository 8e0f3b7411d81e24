/** Who has a tool called: what quotas count by, and what grants are given to. */
export interface ToolCaller {
  /** The role that the task is worked in. */
  readonly role: string;
  /** By its name in the team; absent where a task is done by a tool and no model. */
  readonly model?: string;
  readonly user?: string;
  readonly tenant?: string;
}

/** Why a tool call was not made. `unknown`: there is no such tool. `invalid`: its input is wrong. */
export type ToolRefusal = 'unknown' | 'denied' | 'invalid' | 'out-of-order' | 'over-quota';

/** Whom a grant is for: whoever fits all that is named. */
export interface GrantScope {
  readonly role?: string;
  readonly model?: string;
  readonly run?: string;
  /** The key of a task of that run. */
  readonly task?: string;
}

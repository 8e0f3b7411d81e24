import type { ToolPermission } from '../spec/tool.ts';
import type { GrantScope } from '../spec/tool-caller.ts';

/** Leave to use a tool, or a permission, for a while. Times are epoch ms. */
export interface Grant {
  readonly id: string;
  /** Leave for one tool, with all that it needs. */
  readonly tool?: string;
  /** Leave for one permission, of the tools that a role has. */
  readonly permission?: ToolPermission;
  /** Whoever fits all that is named here. */
  readonly to: GrantScope;
  /** When it ends; absent where it ends by its uses, or with its run. */
  readonly untilAt?: number;
  /** How many calls it is good for; absent for any number. */
  readonly uses?: number;
  readonly because?: string;
  /** Who gave it: `host` or `person:<name>`. */
  readonly by: string;
  readonly givenAt: number;
  /** Calls that were begun under it. */
  readonly used: number;
  readonly revokedAt?: number;
}

/** Whether a grant counts, and if not, why. */
export type GrantStanding = 'active' | 'expired' | 'used-up' | 'revoked';

/** A grant and how it stands now. */
export type GivenGrant = Grant & { readonly standing: GrantStanding };

/** Who wants to use a tool. */
export interface GrantCaller {
  readonly role: string;
  readonly model: string | undefined;
  readonly run: string;
  readonly task: string;
}

/** How a grant stands at a moment. Pure. */
export function standingOf({ revokedAt, untilAt, uses, used }: Grant, at: number): GrantStanding {
  if (revokedAt !== undefined) return 'revoked';
  if (untilAt !== undefined && at >= untilAt) return 'expired';
  return uses !== undefined && used >= uses ? 'used-up' : 'active';
}

/** Whether a grant is for this caller. Pure. */
export function isFor({ role, model, run, task }: GrantScope, caller: GrantCaller): boolean {
  return (
    (role === undefined || role === caller.role) &&
    (model === undefined || model === caller.model) &&
    (run === undefined || run === caller.run) &&
    (task === undefined || task === caller.task)
  );
}

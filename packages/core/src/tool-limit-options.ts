import type { Limit } from './spec/limit.ts';

/** How often tools may be called. */
export interface ToolLimit {
  /** The name of a tool, or of several that draw on these limits together. */
  readonly tool: string | readonly string[];
  /**
   * By what it is counted; every call together where left out. `user` and `tenant`: of runs that name one. `model`: by
   * those that ask for the call, so that tasks which a tool does alone are not held by it.
   */
  readonly per?: 'model' | 'role' | 'user' | 'tenant' | 'run';
  /** The one that they hold for; where left out, each has limits of its own. Never a run: its id is not known before. */
  readonly of?: string;
  /** Calls, dollars by the tool's `cost`, and calls at once: `'30 calls / 1m'`, `'$5 / 1d'`, `'2 at once'`. */
  readonly limits: readonly Limit[];
  /** How long a call waits before its model is told to do without, in ms; the default is 60,000. */
  readonly patienceMs?: number;
}

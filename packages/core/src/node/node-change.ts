import type { BreakerStanding } from '../limit/breaker-standing.ts';
import type { HandoffTrigger } from '../spec/run-events.ts';

/** What happened at a node. */
export type NodeChange =
  /** This node works on the project from here on. */
  | { readonly kind: 'taken'; readonly project: string }
  /** It has let go of it, for that node or for any. */
  | {
      readonly kind: 'given';
      readonly project: string;
      readonly trigger: HandoffTrigger;
      readonly to: string | undefined;
    }
  /** Its overseer of that project failed, or another took it over. */
  | { readonly kind: 'lost'; readonly project: string; readonly error: unknown }
  /** It left the store for another one: nobody tries to work on it here before its journal says otherwise. */
  | { readonly kind: 'away'; readonly project: string; readonly error: unknown }
  /** Other nodes live than before. */
  | { readonly kind: 'nodes'; readonly nodes: readonly string[] }
  /** This node is not well, and gives up what it has; or it is well again. */
  | { readonly kind: 'health'; readonly unwell: string | undefined }
  /** The journal of a project cannot be written, is tried again, or is back: all its work waits until then. */
  | { readonly kind: 'store'; readonly project: string; readonly store: BreakerStanding }
  /** Something went wrong, and is tried again; of a project where it is named. */
  | { readonly kind: 'trouble'; readonly project?: string; readonly error: unknown };

import type { Cancellation } from '../internal/cancellation.ts';
import type { Claim } from '../limit/claim.ts';
import type { JointShare } from '../limit/joint-admission.ts';
import type { JointLimit } from '../limit/joint-limit.ts';

/** A call that was begun and counts in joint limits. */
export interface Begun {
  readonly model: string;
  readonly shares: readonly JointShare[];
  readonly claim: Claim;
  /** Whether all windows that it counts in are those of the store, so that it may be sent somewhat later than it was begun. */
  readonly waitsHere: boolean;
  /** Those that it waits for, or has not asked yet. */
  readonly asks: Set<JointLimit>;
  /** The store allowed it. */
  isGranted: boolean;
}

/** One who asks. */
export interface Asking {
  readonly call: string;
  readonly begun: Begun;
  readonly cancel: Cancellation;
  /** It waits here no longer than until then, by what has elapsed. */
  readonly giveUpAt: number;
  asked: number;
  /** Answers that came too late. */
  late: number;
}

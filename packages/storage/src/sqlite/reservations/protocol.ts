import type {
  JoinAnswer,
  ReservationAnswer,
  ReservationMember,
  ReservationRequest,
} from '@overseer/core/spec';
import type { Refusal } from '../protocol.ts';

/** What is done in one transaction with what else waits. */
export type Operation =
  | { readonly kind: 'join'; readonly member: ReservationMember; readonly nowMs: number }
  | { readonly kind: 'reserve'; readonly request: ReservationRequest }
  | {
      readonly kind: 'settle';
      readonly id: string;
      readonly amounts: Readonly<Record<string, number>> | undefined;
    }
  | { readonly kind: 'vacate'; readonly id: string; readonly member: string }
  | { readonly kind: 'renew'; readonly member: string; readonly nowMs: number }
  | { readonly kind: 'leave'; readonly member: string };

/** What came of one. */
export type Outcome = JoinAnswer | ReservationAnswer | boolean | null;

/** What the thread of shared limits can be asked, and what it answers. */
export interface ReservationsTalk {
  readonly questions: {
    readonly apply: { readonly operations: readonly Operation[] };
    readonly close: { readonly members: readonly string[] };
  };
  readonly answers: {
    readonly apply: readonly (Outcome | Refusal)[];
    readonly close: undefined;
  };
}

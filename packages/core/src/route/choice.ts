import type { Claim } from '../limit/claim.ts';
import type { ConsideredModel, WaitCause } from '../spec/task-events.ts';
import type { Candidate } from './candidates.ts';
import type { Member } from './member.ts';
import type { OfferBoard } from './offer-board.ts';
import type { RatingInput } from './rate-candidates.ts';

/** What the choice depends on beside the candidates. */
export interface ChoiceInput {
  readonly candidates: readonly Candidate[];
  readonly nowMs: number;
  /** What the call would use on that model. */
  readonly claimFor: (member: Member) => Claim;
  /** How many calls the task will take on that model, with those that others there are still going to make. */
  readonly callsFor: (member: Member) => number;
  /** Epoch ms until which a model is out of order, with the reason. */
  readonly downUntil: (
    model: string,
  ) => { readonly untilAt: number; readonly why: string; readonly on?: WaitCause } | undefined;
  /** Models whose answers to this task were refused, with how often. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Models that this task must not be given to, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** A wait longer than this sends the task to a fallback, in ms. */
  readonly patienceMs: number;
  /** What is known by outcomes; `undefined` where only what was declared counts. */
  readonly rating: RatingInput | undefined;
  /** These candidates on a board that was kept; what is chosen is the same without one, and takes longer. */
  readonly board?: OfferBoard | undefined;
  /** Whether nobody is down, and `downUntil` knows no more than what models learned of themselves. */
  readonly allUp?: boolean;
}

/** The outcome for one task. */
export type Choice =
  | {
      readonly kind: 'assign';
      readonly member: Member;
      readonly because: string;
      readonly considered: readonly ConsideredModel[];
      readonly insteadOf: string | undefined;
    }
  | {
      readonly kind: 'wait';
      /** `undefined`: until a call ends. */
      readonly untilAt: number | undefined;
      readonly because: string;
      /** What is waited for of the model that would be first. */
      readonly on?: WaitCause;
    }
  | { readonly kind: 'never'; readonly because: string };

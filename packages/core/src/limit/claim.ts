import type { CallEstimate, Hold, Payer } from '../spec/call-amounts.ts';
import type { LimitMetric } from '../spec/limit.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { amountOf, chargeOf } from './call-amount.ts';

/** What a call is going to use: soft limits reserve the estimate, hard ones the worst case. */
export interface Claim {
  readonly estimate: CallEstimate;
  readonly worst: CallEstimate;
  /** On whose behalf; limits per user and tenant count by it. */
  readonly payer?: Payer;
  /** The name of the key that the call goes out with, where its model has several; limits per key count by it. */
  readonly keyName?: string;
}

/** Whether a call may start. `untilAt` is the exact earliest time, `undefined` where only the end of a call helps. */
export type Admission =
  | {
      readonly kind: 'run';
      readonly holds: readonly Hold[];
      /** With which of several keys. */
      readonly keyName?: string;
    }
  | {
      readonly kind: 'wait';
      readonly untilAt: number | undefined;
      /** The end of a call may help before `untilAt`: one of several keys waits for that. */
      readonly orSooner?: true;
      readonly why: string;
      /** What is waited for, where a time is known. */
      readonly on?: WaitCause;
    }
  | { readonly kind: 'never'; readonly why: string };

/** What of a limit says how much of it a call takes. */
interface Counted {
  readonly metric: LimitMetric;
  readonly soft: boolean;
}

/** How much of a limit a call asks for. */
export function claimed(meter: Counted, { estimate, worst }: Claim, weight: number): number {
  return weighed(meter, amountOf(meter.metric, meter.soft ? estimate : worst), weight);
}

/** How much of a limit a use is charged. */
export function charged(meter: Counted, use: CallEstimate, weight: number): number {
  return weighed(meter, chargeOf(meter.metric, use), weight);
}

/** Money is money, whichever model it buys. */
function weighed({ metric }: Counted, amount: number, weight: number): number {
  return weight === 1 || metric === 'usd' ? amount : Math.ceil(amount * weight);
}

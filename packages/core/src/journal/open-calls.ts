import type { AttemptState, OpenCallState } from './run-state.ts';

/** A call without an end, and whose it is. */
export interface CallOfModel extends OpenCallState {
  readonly model: string | undefined;
}

/** The calls of an attempt that have no end: none, one, or two for one answer. */
export function openCallsOf({ openCall, hedge, model }: AttemptState): readonly CallOfModel[] {
  const calls: CallOfModel[] = openCall === undefined ? [] : [{ ...openCall, model }];
  if (hedge !== undefined) calls.push(hedge);
  return calls;
}

/** Whether a call of an attempt has no end. */
export function isOpen({ openCall, hedge }: AttemptState, call: string): boolean {
  return openCall?.id === call || hedge?.id === call;
}

/** Whether nobody knows the price of a call that has no end yet. */
export function isUnpriced(attempt: AttemptState | undefined, call: string | undefined): boolean {
  if (attempt === undefined) return false;
  const { openCall, hedge } = attempt;
  const open = hedge !== undefined && hedge.id === call ? hedge : openCall;
  return open?.unpriced ?? false;
}

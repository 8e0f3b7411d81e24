import { strikesOf } from '../internal/recoveries.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Part } from '../spec/message.ts';
import type { FinishReason } from '../spec/model.ts';
import type { AttemptState } from './run-state.ts';

/** An event about a model call. */
export type CallEvent = OverseerEvent<
  'call.started' | 'call.finished' | 'call.failed' | 'call.withheld' | 'call.cached'
>;

/**
 * Makes one event of a call true in its attempt. Of two calls, the one that ends last gives the answer, whose model the
 * attempt is from then on: where one was broken off for the other, its end is written down first. What finished while the
 * other was under way is the answer where nothing comes of that. A call that has its end already changes nothing.
 */
export function foldCall(attempt: AttemptState, event: CallEvent): void {
  switch (event.type) {
    case 'call.started':
      start(attempt, event);
      return;
    case 'call.finished':
      finish(attempt, event);
      return;
    case 'call.cached':
      answer(attempt, event.call ?? '', event.data);
      return;
    case 'call.failed':
    case 'call.withheld':
      fail(attempt, event);
  }
}

function start(
  attempt: AttemptState,
  { call: id = '', model = '', data }: OverseerEvent<'call.started'>,
): void {
  const { estimate, unpriced, hedge } = data;
  const call = unpriced === true ? { id, estimate, unpriced } : { id, estimate };
  if (hedge !== undefined) {
    attempt.hedge = { ...call, model };
    return;
  }
  attempt.openCall = call;
  attempt.tries += 1;
  attempt.failure = undefined;
}

function finish(attempt: AttemptState, { call = '', data }: OverseerEvent<'call.finished'>): void {
  const { openCall, hedge } = attempt;
  const isHedge = hedge !== undefined && hedge.id === call;
  if (!isHedge && openCall?.id !== call) return;
  const model = isHedge ? hedge.model : attempt.model;
  close(attempt, isHedge);
  if ((isHedge ? openCall : hedge) !== undefined) {
    const { parts, reason } = data;
    attempt.spare = { call, model, parts, reason };
    return;
  }
  attempt.model = model;
  answer(attempt, call, data);
}

function fail(attempt: AttemptState, event: OverseerEvent<'call.failed' | 'call.withheld'>): void {
  const isHedge = attempt.hedge !== undefined && attempt.hedge.id === event.call;
  if (!isHedge && attempt.openCall?.id !== event.call) return;
  close(attempt, isHedge);
  // Of the model that an attempt would go on with, the failure of another one says nothing.
  if (!isHedge && event.type === 'call.failed') noteFailure(attempt, event);
  if (!isHedge && event.type === 'call.withheld') attempt.tries -= 1;
  const { spare } = attempt;
  if (spare === undefined || (attempt.openCall ?? attempt.hedge) !== undefined) return;
  attempt.model = spare.model;
  answer(attempt, spare.call, spare);
}

function close(attempt: AttemptState, isHedge: boolean): void {
  if (isHedge) attempt.hedge = undefined;
  else attempt.openCall = undefined;
}

function noteFailure(attempt: AttemptState, { data, at }: OverseerEvent<'call.failed'>): void {
  const { kind, message, retryable, retryAt, nextKey } = data;
  // A call that this side broke off, or died in, says nothing about the model.
  if (kind !== 'aborted') {
    attempt.failures += 1;
    // The key is left alone, so that this is bounded by how many there are.
    if (strikesOf(kind) === 'each' && nextKey !== true) attempt.strikes += 1;
    attempt.failingSince ??= at;
    attempt.failedAt = at;
  }
  attempt.failure = { kind, message, retryable, retryAt };
}

function answer(
  attempt: AttemptState,
  call: string,
  { parts, reason }: { readonly parts: readonly Part[]; readonly reason: FinishReason },
): void {
  attempt.openCall = undefined;
  attempt.spare = undefined;
  attempt.failure = undefined;
  attempt.failures = 0;
  attempt.tries = 0;
  attempt.strikes = 0;
  attempt.failingSince = undefined;
  attempt.failedAt = undefined;
  const tools = new Map();
  attempt.steps.push({ call, parts, reason, tools, next: undefined, json: undefined });
}

import type { LetThrough } from '../attempt/let-through.ts';
import { strikesOf, waitFor } from '../internal/recoveries.ts';
import type { Writable } from '../internal/writable.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import type { BudgetAdmission } from '../limit/budget-reasons.ts';
import { describeSpan } from '../limit/limit-reasons.ts';
import type { Admission, Claim } from '../limit/model-limits.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import { outputLimit } from './call-claim.ts';
import { chooseFor } from './choose-for.ts';
import type { Decider } from './decider.ts';
import { outlasted, waitedSince } from './outage.ts';
import { outputOf } from './output-of.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Whether a call may start, over the model's limits and all budgets above it: all or nothing. Pure. */
export function admitCall(
  { budgets }: Projection,
  task: TaskState,
  member: Member,
  claim: Claim,
  nowMs: number,
): BudgetAdmission & { readonly ofBudget?: boolean } {
  const byLimits = member.limits.admit(nowMs, claim);
  if (byLimits.kind !== 'run') return byLimits;
  const byBudget = budgets.admit(task.run, task.task.key, claim, member.name);
  if (byBudget.kind !== 'run') return { ...byBudget, ofBudget: true };
  if (byBudget.holds.length === 0) return byLimits;
  return { ...byLimits, holds: [...byLimits.holds, ...byBudget.holds] };
}

/** How an attempt ends that does not go on with its model. */
interface Hopeless {
  readonly outcome: 'failed' | 'moved';
  readonly because: string;
}

/** Why an attempt does not go on with its model, if it does not: it is refused, or has waited long enough, by the table of recoveries. Pure. */
export function whyHopeless(
  decider: Decider,
  { task, attempt }: { readonly task: TaskState; readonly attempt: AttemptState },
  member: Member,
  nowMs: number,
): Hopeless | undefined {
  const { failure, failures, strikes } = attempt;
  if (failure === undefined) return undefined;
  if (!failure.retryable) return { outcome: 'failed', because: failure.message };
  const why = `${failures} calls in a row failed: ${failure.message}`;
  const { times = Number.POSITIVE_INFINITY } = waitFor(failure.kind);
  if (strikes > times) return { outcome: 'failed', because: why };
  // What this side broke off, and what counts in full, is of no outage.
  if (failure.kind === 'aborted' || strikesOf(failure.kind) === 'each') return undefined;
  return waitedEnough(decider, { task, attempt }, member.name, nowMs);
}

function waitedEnough(
  decider: Decider,
  { task, attempt }: { readonly task: TaskState; readonly attempt: AttemptState },
  model: string,
  nowMs: number,
): Hopeless | undefined {
  const { settings, projection } = decider;
  const over = outlasted(decider, attempt.run, model, nowMs);
  if (over !== undefined) {
    // Where others could do it, the model is not given up for this task: it may be back before they are free.
    const isLast = chooseFor(decider, task, nowMs).kind === 'never';
    return { outcome: isLast ? 'failed' : 'moved', because: `${model}: ${over}` };
  }
  const sinceAt = attempt.failingSince ?? nowMs;
  if (nowMs - waitedSince(projection, attempt.run, sinceAt) < settings.outageMs) return undefined;
  const span = describeSpan(settings.outageMs);
  return {
    outcome: 'failed',
    because: `${model} gave no answer for ${span}: ${attempt.failure?.message}`,
  };
}

/** What a model is sent for a task. Pure. */
export function requestOf(
  settings: Settings,
  task: TaskState,
  member: Member,
  messages: LetThrough['request']['messages'],
  tools: NonNullable<LetThrough['request']['tools']>,
  maxTokens: number = outputLimit(settings, member),
): LetThrough['request'] {
  const output = outputOf(task.task);
  const request: Writable<LetThrough['request']> = { messages, maxTokens };
  if (tools.length > 0) request.tools = tools;
  if (output !== undefined) request.output = output;
  return request;
}

/** The event by which an admitted call of a model begins, with all that it holds. */
export function callStarted(
  place: {
    readonly run: string;
    readonly task: string;
    readonly attempt: string;
    readonly call: string;
  },
  { name, price, model, remote }: Member,
  step: number,
  { holds, keyName }: Extract<Admission, { kind: 'run' }>,
  { estimate, worst, payer }: Claim,
  key?: string,
  remoteMs?: number,
): EventDraft<'call.started'> {
  const isKnown = price !== undefined || model.info.local === true;
  // Put in one by one, as most calls have none of these and every one is written down.
  const data: Writable<EventData['call.started']> = { step, holds, estimate, worst };
  if (payer !== undefined) data.payer = payer;
  if (key !== undefined) data.key = key;
  if (keyName !== undefined) data.keyName = keyName;
  if (!isKnown) data.unpriced = true;
  if (remote === true && remoteMs !== undefined) data.remote = { holdMs: remoteMs };
  const { run, task, attempt, call } = place;
  return { type: 'call.started', run, task, attempt, call, model: name, data };
}

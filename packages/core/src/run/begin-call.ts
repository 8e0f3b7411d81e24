import type { LetThrough } from '../attempt/call-model.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { AttemptState, RunState, TaskState } from '../journal/run-state.ts';
import type { Admission, Claim } from '../limit/model-limits.ts';
import { planJsonSchema } from '../plan/plan-schema.ts';
import type { Member } from '../route/member.ts';
import { outputLimit } from './give-away.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Calls of one attempt that may fail in a row. */
const MAX_FAILURES = 5;

const PLAN_OUTPUT = { type: 'json', name: 'plan', schema: planJsonSchema } as const;

/** Whether a call may start, over the model's limits and the run's budget: all or nothing. Pure. */
export function admitCall(
  { budgets }: Projection,
  run: RunState,
  member: Member,
  claim: Claim,
  nowMs: number,
): Admission & { readonly ofBudget?: boolean } {
  const byLimits = member.limits.admit(nowMs, claim);
  if (byLimits.kind !== 'run') return byLimits;
  const byBudget = budgets.get(run.id)?.admit(claim);
  if (byBudget === undefined) return byLimits;
  if (byBudget.kind !== 'run') return { ...byBudget, ofBudget: true };
  return { kind: 'run', holds: [...byLimits.holds, ...byBudget.holds] };
}

/** Why an attempt cannot go on with its model whatever the time, if it cannot. Pure. */
export function whyHopeless(
  { model, failure, failures }: AttemptState,
  member: Member | undefined,
): string | undefined {
  if (member === undefined) return `${model} left the team`;
  if (failure === undefined) return undefined;
  if (!failure.retryable) return failure.message;
  return failures >= MAX_FAILURES
    ? `${failures} calls in a row failed: ${failure.message}`
    : undefined;
}

/** What a model is sent for a task. Pure. */
export function requestOf(
  settings: Settings,
  task: TaskState,
  member: Member,
  messages: LetThrough['request']['messages'],
  tools: NonNullable<LetThrough['request']['tools']>,
): LetThrough['request'] {
  return {
    messages,
    maxTokens: outputLimit(settings, member),
    ...(tools.length === 0 ? {} : { tools }),
    ...(task.task.kind === 'plan' ? { output: PLAN_OUTPUT } : {}),
  };
}

/** The event by which an admitted call begins, with all that it holds. */
export function callStarted(
  place: {
    readonly run: string;
    readonly task: string;
    readonly attempt: string;
    readonly call: string;
    readonly model: string;
  },
  step: number,
  { holds }: Extract<Admission, { kind: 'run' }>,
  { estimate, worst, payer }: Claim,
): EventDraft {
  return {
    type: 'call.started',
    ...place,
    data: { step, holds, estimate, worst, ...(payer === undefined ? {} : { payer }) },
  };
}

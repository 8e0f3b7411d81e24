import type { LetThrough } from '../attempt/call-model.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import type { BudgetAdmission } from '../limit/budget-reasons.ts';
import type { Admission, Claim } from '../limit/model-limits.ts';
import { choiceJsonSchema } from '../plan/judge-choice.ts';
import { ensemblePlanJsonSchema, planJsonSchema } from '../plan/plan-schema.ts';
import type { Member } from '../route/member.ts';
import type { PlanTask } from '../spec/task.ts';
import { readPlanCheck } from '../validate/plan-checks.ts';
import { outputLimit } from './give-away.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Calls of one attempt that may fail in a row. */
const MAX_FAILURES = 5;

const PLAN_OUTPUT = { type: 'json', name: 'plan', schema: planJsonSchema } as const;
const ENSEMBLE_PLAN_OUTPUT = {
  type: 'json',
  name: 'plan',
  schema: ensemblePlanJsonSchema,
} as const;
const CHOICE_OUTPUT = { type: 'json', name: 'choice', schema: choiceJsonSchema } as const;

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
  const output = outputOf(task.task);
  return {
    messages,
    maxTokens: outputLimit(settings, member),
    ...(tools.length === 0 ? {} : { tools }),
    ...(output === undefined ? {} : { output }),
  };
}

function outputOf({ kind, ensemble, checks }: PlanTask): LetThrough['request']['output'] {
  if (kind === 'plan') {
    const check = checks.find((one) => one.kind === 'plan');
    return readPlanCheck(check?.value)?.ensembles === true ? ENSEMBLE_PLAN_OUTPUT : PLAN_OUTPUT;
  }
  return ensemble === undefined || ensemble.kind === 'merge' ? undefined : CHOICE_OUTPUT;
}

/** The event by which an admitted call of a model begins, with all that it holds. */
export function callStarted(
  place: {
    readonly run: string;
    readonly task: string;
    readonly attempt: string;
    readonly call: string;
  },
  { name, price, model }: Member,
  step: number,
  { holds }: Extract<Admission, { kind: 'run' }>,
  { estimate, worst }: Claim,
  key?: string,
): EventDraft {
  const isKnown = price !== undefined || model.info.local === true;
  const data = {
    step,
    holds,
    estimate,
    worst,
    ...(key === undefined ? {} : { key }),
    ...(isKnown ? {} : { unpriced: true as const }),
  };
  return { type: 'call.started', ...place, model: name, data };
}

import { choiceJsonSchema } from '../plan/judge-choice.ts';
import { patchJsonSchema } from '../plan/patch-schema.ts';
import { ensemblePlanJsonSchema, planJsonSchema } from '../plan/plan-schema.ts';
import type { ModelRequest } from '../spec/model.ts';
import type { PlanTask } from '../spec/task.ts';
import { readPlanCheck } from '../validate/plan-checks.ts';

const PLAN_OUTPUT = { type: 'json', name: 'plan', schema: planJsonSchema } as const;
const ENSEMBLE_PLAN_OUTPUT = {
  type: 'json',
  name: 'plan',
  schema: ensemblePlanJsonSchema,
} as const;
const PATCH_OUTPUT = { type: 'json', name: 'patch', schema: patchJsonSchema } as const;
const CHOICE_OUTPUT = { type: 'json', name: 'choice', schema: choiceJsonSchema } as const;

/** The form of the answer that a task is asked for, if any. Pure. */
export function outputOf({ kind, ensemble, checks }: PlanTask): ModelRequest['output'] {
  if (kind === 'plan') {
    if (checks.some((one) => one.kind === 'patch')) return PATCH_OUTPUT;
    const check = checks.find((one) => one.kind === 'plan');
    return readPlanCheck(check?.value)?.ensembles === true ? ENSEMBLE_PLAN_OUTPUT : PLAN_OUTPUT;
  }
  return ensemble === undefined || ensemble.kind === 'merge' ? undefined : CHOICE_OUTPUT;
}

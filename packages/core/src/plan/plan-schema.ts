import { OverseerError } from '../errors/overseer-error.ts';
import { findJson } from '../internal/find-json.ts';
import { PRIORITIES } from '../internal/priorities.ts';
import type { JsonObject } from '../spec/json.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { formProblems } from './form-problems.ts';
import { normaliseTasks } from './normalise-tasks.ts';
import type { PlannedTask } from './planned-task.ts';
import { firstLines } from './task-problems.ts';

const text: JsonObject = { type: 'string' };
const texts: JsonObject = { type: 'array', items: text };

const TASK: Readonly<Record<Exclude<keyof PlannedTask, 'ensemble' | 'deadlineAt'>, JsonObject>> = {
  key: text,
  title: text,
  instruction: text,
  kind: text,
  needs: texts,
  files: texts,
  role: { type: ['string', 'null'] },
  priority: { type: 'string', enum: [...PRIORITIES] },
  checks: { type: 'array', items: strict({ kind: text, value: { type: ['string', 'null'] } }) },
};

const ENSEMBLE_TASK: Readonly<Record<Exclude<keyof PlannedTask, 'deadlineAt'>, JsonObject>> = {
  ...TASK,
  ensemble: {
    anyOf: [
      strict({
        kind: { type: 'string', enum: ['best-of', 'vote', 'merge'] },
        of: { type: 'integer' },
      }),
      { type: 'null' },
    ],
  },
};

/** The form of a model's plan: flat and strict, so that every provider's structured output takes it. */
export const planJsonSchema: JsonObject = planOf(TASK);

/** The same for a plan that may have several models answer a task. */
export const ensemblePlanJsonSchema: JsonObject = planOf(ENSEMBLE_TASK);

/** What a model may ask for in its plan beyond tasks. */
export interface PlanLeave {
  /** That several models answer one task. */
  readonly ensembles?: boolean;
}

/** A plan that was read, or what is wrong with it in words. */
export type ParsedPlan =
  | { readonly ok: true; readonly tasks: readonly TaskInput[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a model's plan, with or without words and Markdown fences around it, and checks form, names and needs.
 * `existing` are the tasks that its run has already. Problems are one sentence each, in one line, and at most 20 with
 * one more that counts the rest. Never throws.
 */
export async function parsePlan(
  answer: string,
  existing: readonly Pick<PlanTask, 'key' | 'files' | 'needs'>[] = [],
  { ensembles = false }: PlanLeave = {},
): Promise<ParsedPlan> {
  const found = findJson(answer, 'tasks');
  if (found.kind === 'absent') {
    return wrong(['The answer holds no JSON object; answer with the plan alone.']);
  }
  if (found.kind === 'broken') return wrong([`The plan is not JSON: ${found.because}`]);
  const read = await readPlannedTasks(found.value, { ensembles });
  if (!read.ok) return read;
  try {
    normaliseTasks(read.tasks, existing);
  } catch (error) {
    if (!OverseerError.is(error)) throw error;
    return { ok: false, problems: error.message.split('\n') };
  }
  return read;
}

/** Reads the tasks of a plan and checks the form of each, but neither keys nor needs. Never throws. */
export async function readPlannedTasks(
  value: unknown,
  { ensembles = false }: PlanLeave = {},
): Promise<ParsedPlan> {
  // The schema library costs more to load than the kernel, and most runs never plan.
  const { planSchema, ensemblePlanSchema } = await import('./plan-zod.ts');
  const parsed = (ensembles ? ensemblePlanSchema : planSchema).safeParse(value);
  if (parsed.success) return { ok: true, tasks: parsed.data.tasks.map(toInput) };
  const fields = Object.keys(ensembles ? ENSEMBLE_TASK : TASK);
  return wrong(formProblems(parsed.error.issues, value, fields));
}

function wrong(problems: readonly string[]): ParsedPlan {
  return { ok: false, problems: firstLines(problems) };
}

function toInput({ role, checks, ensemble, deadlineAt, ...task }: PlannedTask): TaskInput {
  return {
    ...task,
    checks: checks.map(({ kind, value }) => (value === null ? { kind } : { kind, value })),
    ...(role === null ? {} : { role }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
    ...(ensemble ? { ensemble } : {}),
  };
}

function planOf(task: { readonly [field: string]: JsonObject }): JsonObject {
  return strict({ tasks: { type: 'array', items: strict(task) } });
}

function strict(properties: { readonly [name: string]: JsonObject }): JsonObject {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

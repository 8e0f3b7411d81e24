import { OverseerError } from '../errors/overseer-error.ts';
import type { JsonObject } from '../spec/json.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { normaliseTasks } from './normalise-tasks.ts';
import type { PlannedTask } from './planned-task.ts';

const PRIORITIES = ['critical', 'high', 'medium', 'low'];

const text: JsonObject = { type: 'string' };
const texts: JsonObject = { type: 'array', items: text };

/** The form of a model's plan: flat and strict, so that every provider's structured output takes it. */
export const planJsonSchema: JsonObject = strict({
  tasks: {
    type: 'array',
    items: strict({
      key: text,
      title: text,
      instruction: text,
      kind: text,
      needs: texts,
      files: texts,
      role: { type: ['string', 'null'] },
      priority: { type: 'string', enum: PRIORITIES },
      checks: { type: 'array', items: strict({ kind: text, value: { type: ['string', 'null'] } }) },
    }),
  },
});

/** A plan that was read, or what is wrong with it in words. */
export type ParsedPlan =
  | { readonly ok: true; readonly tasks: readonly TaskInput[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a model's plan, with or without a Markdown fence around it, and checks form, names and needs. `existing` are
 * the tasks that its run has already.
 */
export async function parsePlan(
  answer: string,
  existing: readonly Pick<PlanTask, 'key' | 'files' | 'needs'>[] = [],
): Promise<ParsedPlan> {
  const json = findJson(answer);
  if (json === undefined) {
    return {
      ok: false,
      problems: ['The answer holds no JSON object; answer with the plan alone.'],
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { ok: false, problems: [`The plan is not JSON: ${(error as Error).message}`] };
  }
  // The schema library costs more to load than the kernel, and most runs never plan.
  const { planSchema } = await import('./plan-zod.ts');
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
    return { ok: false, problems };
  }
  const tasks = parsed.data.tasks.map(toInput);
  try {
    normaliseTasks(tasks, existing);
  } catch (error) {
    if (!OverseerError.is(error)) throw error;
    return { ok: false, problems: error.message.split('\n') };
  }
  return { ok: true, tasks };
}

function toInput({ role, checks, ...task }: PlannedTask): TaskInput {
  return {
    ...task,
    checks: checks.map(({ kind, value }) => (value === null ? { kind } : { kind, value })),
    ...(role === null ? {} : { role }),
  };
}

function findJson(answer: string): string | undefined {
  const from = answer.indexOf('{');
  const to = answer.lastIndexOf('}');
  return from < 0 || to < from ? undefined : answer.slice(from, to + 1);
}

function strict(properties: { readonly [name: string]: JsonObject }): JsonObject {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

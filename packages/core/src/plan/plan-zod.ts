import { z } from 'zod';
import { PRIORITIES } from '../internal/priorities.ts';
import type { PlannedTask } from './planned-task.ts';

const name = z.string().trim().min(1).max(100);

/** Weak models write null where they have nothing to say. */
function list<T>(item: z.ZodType<T>, most: number): z.ZodType<readonly T[]> {
  return z
    .array(item)
    .max(most)
    .nullish()
    .transform((items) => items ?? []);
}

const check = z.strictObject({
  kind: name,
  value: z.string().max(10_000).nullable().default(null),
});

const fields = {
  key: name,
  title: z.string().trim().min(1).max(200),
  instruction: z.string().trim().min(1).max(20_000),
  kind: name,
  needs: list(name, 100),
  files: list(z.string().min(1).max(500), 100),
  role: name.nullable().default(null),
  priority: z
    .enum(PRIORITIES)
    .nullish()
    .transform((priority) => priority ?? 'medium'),
  deadlineAt: z
    .number()
    .nonnegative()
    .nullish()
    .transform((at) => at ?? undefined),
  checks: list(check, 20),
};

const ensemble = z
  .strictObject({ kind: z.enum(['best-of', 'vote', 'merge']), of: z.int() })
  .nullish()
  .transform((wish) => wish ?? null);

type Plan = z.ZodType<{ readonly tasks: readonly PlannedTask[] }>;

/** A model's plan: at most 50 tasks, and nothing that has no meaning. */
export const planSchema: Plan = planOf(z.strictObject(fields));

/** A model's plan that may have several models answer a task. */
export const ensemblePlanSchema: Plan = planOf(z.strictObject({ ...fields, ensemble }));

function planOf(task: z.ZodType<PlannedTask>): Plan {
  return z.strictObject({
    tasks: z
      .array(task)
      .min(1, 'a plan has at least one task')
      .max(50, 'a plan has at most 50 tasks'),
  });
}

import { z } from 'zod';
import type { PlannedTask } from './planned-task.ts';

const name = z.string().trim().min(1).max(100);
const path = z.string().min(1).max(500);

const task: z.ZodType<PlannedTask> = z.object({
  key: name,
  title: z.string().trim().min(1).max(200),
  instruction: z.string().trim().min(1).max(20_000),
  kind: name,
  needs: z.array(name).default([]),
  files: z.array(path).max(100).default([]),
  role: name.nullable().default(null),
  priority: z.enum(['critical', 'high', 'medium', 'low']).default('medium'),
  checks: z
    .array(z.object({ kind: name, value: z.string().max(10_000).nullable().default(null) }))
    .max(20)
    .default([]),
});

/** A model's plan: at most 50 tasks. */
export const planSchema: z.ZodType<{ readonly tasks: readonly PlannedTask[] }> = z.object({
  tasks: z
    .array(task)
    .min(1, 'a plan has at least one task')
    .max(50, 'a plan has at most 50 tasks'),
});

import { z } from 'zod';
import { limitOptions, modelLimits } from './limit-options-schema.ts';

const count = z.int().positive();
const milliseconds = z.number().nonnegative();

const model = z.object(
  {
    spec: z.literal('model/1', 'a model must be made by an adapter, such as openai("…")'),
    info: z.looseObject({ id: z.string(), provider: z.string() }),
  },
  'a model must be made by an adapter, such as openai("…")',
);

const entry = z.strictObject({
  model,
  role: z.string().optional(),
  goodAt: z.array(z.string()).optional(),
  limits: modelLimits,
  key: z.string().min(1).optional(),
  fallback: z.array(z.string()).optional(),
  price: z
    .looseObject({ input: z.number().nonnegative(), output: z.number().nonnegative() })
    .optional(),
  concurrency: count.optional(),
  grants: z.array(z.string()).optional(),
});

const named = (spec: string): z.ZodType =>
  z.record(z.string(), z.looseObject({ spec: z.literal(spec) })).optional();

const budget = z.strictObject({
  usd: z.number().positive().optional(),
  tokens: count.optional(),
  calls: count.optional(),
});

/** The shape of the options; names are checked apart, once plugins have brought theirs. */
export const optionsSchema: z.ZodType = z.strictObject({
  ...limitOptions,
  overseer: z.string(),
  models: z
    .record(z.string(), entry)
    .refine((models) => Object.keys(models).length > 0, 'a team has at least one model'),
  roles: z
    .record(
      z.string(),
      z.strictObject({
        text: z.string(),
        tools: z.array(z.string()).optional(),
        grants: z.array(z.string()).optional(),
        framework: z.string().optional(),
      }),
    )
    .optional(),
  tools: named('tool/1'),
  validators: named('validator/1'),
  frameworks: named('framework/1'),
  workspaces: z.looseObject({ spec: z.literal('workspace/1') }).optional(),
  store: z
    .custom((value) => typeof value === 'function', 'a store is made by memory() or sqlite("…")')
    .optional(),
  budget: budget.optional(),
  plugins: z.array(z.looseObject({ spec: z.literal('plugin/1'), name: z.string() })).optional(),
  project: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'a project is named with letters, digits, dot, dash and underscore')
    .optional(),
  fetch: z.custom((value) => typeof value === 'function').optional(),
  patienceMs: milliseconds.optional(),
  maxAttempts: z.int().min(1).max(12).optional(),
  checksAtOnce: count.optional(),
  maxOutputTokens: count.optional(),
  graceMs: milliseconds.optional(),
  clock: z.custom((value) => typeof value === 'object' && value !== null).optional(),
  random: z.custom((value) => typeof value === 'function').optional(),
});

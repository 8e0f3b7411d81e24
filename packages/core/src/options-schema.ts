import { z } from 'zod';
import { SPAN } from './internal/span-ms.ts';
import { limitOptions, modelLimits } from './limit-options-schema.ts';
import { projectOptions } from './project-options-schema.ts';

const count = z.int().positive();
const milliseconds = z.number().nonnegative();

const dollars = z.number().nonnegative();
const tokens = count.optional();
const support = z.union([z.boolean(), z.literal('unknown')]);

/** What is not known is left out: a count or a price that is none would make nonsense of every limit. */
const info = z.looseObject({
  id: z.string(),
  provider: z.string(),
  contextWindow: tokens,
  maxOutput: tokens,
  atOnce: tokens,
  can: z.looseObject({
    tools: support,
    json: z.enum(['schema', 'object', 'none', 'unknown']),
    reasoning: support,
    image: support,
  }),
  price: z
    .looseObject({
      input: dollars,
      output: dollars,
      cacheRead: dollars.optional(),
      cacheWrite: dollars.optional(),
      request: dollars.optional(),
    })
    .optional(),
});

const model = z.object(
  { spec: z.literal('model/1', 'a model must be made by an adapter, such as openai("…")'), info },
  'a model must be made by an adapter, such as openai("…")',
);

/** The shape of a model as a team has it. */
export const modelEntry: z.ZodType = z.strictObject({
  model,
  role: z.string().optional(),
  goodAt: z.array(z.string()).optional(),
  limits: modelLimits,
  key: z.string().min(1).optional(),
  fallback: z.array(z.string()).optional(),
  price: z
    .looseObject({ input: z.number().nonnegative(), output: z.number().nonnegative() })
    .optional(),
  concurrency: z
    .union(
      [count, z.literal('auto'), z.strictObject({ auto: z.literal(true), max: count.optional() })],
      "a whole number above 0, 'auto', or { auto: true, max }",
    )
    .optional(),
  slowMs: z.number().positive().optional(),
  grants: z.array(z.string()).optional(),
  workers: z.boolean().optional(),
});

const named = (spec: string): z.ZodType =>
  z.record(z.string(), z.looseObject({ spec: z.literal(spec) })).optional();

const budget = z.strictObject({
  usd: z.number().positive().optional(),
  tokens: count.optional(),
  calls: count.optional(),
  warnAt: z.array(z.number().positive().max(1)).max(20).optional(),
});

const budgets = z.strictObject({
  project: budget.optional(),
  users: z.record(z.string().min(1), budget).optional(),
  tenants: z.record(z.string().min(1), budget).optional(),
  models: z.record(z.string().min(1), budget).optional(),
});

const SCOPES =
  'a scope is "user", "tenant", "project", "run", or names with values that are text, such as { team: "writers" }';

const cache = z.strictObject({
  ttlMs: z.number().positive().optional(),
  entries: count.optional(),
  bytes: count.optional(),
  scope: z
    .union(
      [
        z.enum(['user', 'tenant', 'project', 'run']),
        z.record(z.string(), z.string()).refine((names) => Object.keys(names).length > 0, SCOPES),
      ],
      SCOPES,
    )
    .optional(),
  kinds: z.array(z.string()).optional(),
  version: z.string().optional(),
  store: z
    .looseObject({
      spec: z.literal('answers/1', 'a store for answers has spec "answers/1", get, put and delete'),
      get: z.custom((value) => typeof value === 'function', 'get is a function'),
      put: z.custom((value) => typeof value === 'function', 'put is a function'),
      delete: z.custom((value) => typeof value === 'function', 'delete is a function'),
    })
    .optional(),
  semantic: z
    .strictObject({
      embed: z.custom((value) => typeof value === 'function', 'embed is a function'),
      entries: count.optional(),
    })
    .optional(),
});

const hedge = z
  .strictObject({
    afterMs: z.number().positive().optional(),
    percentile: z.number().min(50).max(99).optional(),
    share: z.number().positive().max(1).optional(),
  })
  .refine(
    ({ afterMs, percentile }) => afterMs === undefined || percentile === undefined,
    'a hedge comes after afterMs or after a percentile, not both: leave one out',
  );

const routing = z.strictObject({
  mode: z.enum(['declared', 'score', 'cascade']).optional(),
  qualityFloor: z.number().min(0).max(1).optional(),
  costWeight: z.number().nonnegative().optional(),
  waitWeight: z.number().nonnegative().optional(),
  deadlineMs: z.number().positive().optional(),
  usdPerAttempt: z.number().positive().optional(),
  leastDoubt: z.number().min(0).max(1).optional(),
  explore: z.boolean().optional(),
  hedge: hedge.optional(),
});

const span = z.union(
  [z.number().min(60_000), z.string().regex(SPAN)],
  'a time is a number of ms, a minute or more, or such as 90d or 12h',
);

const tidying = z.strictObject({ every: span.optional(), forgetAfter: span.optional() });

const healing = z.strictObject({
  repeats: z.int().min(3).max(24).optional(),
  stuckMs: z.number().min(1_000).optional(),
  stuckFactor: z.number().min(1).optional(),
  replan: z.boolean().optional(),
  maxReplans: z.int().nonnegative().max(10).optional(),
  maxReplansPerRun: z.int().nonnegative().max(100).optional(),
  budgetShare: z.number().min(0).max(1).optional(),
  ask: z.string().min(1).max(200).optional(),
});

const options = z.strictObject({
  ...limitOptions,
  overseer: z.string(),
  models: z
    .record(z.string(), modelEntry)
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
  redact: z
    .union([
      z.boolean(),
      z.strictObject({
        known: z.boolean().optional(),
        patterns: z.record(z.string(), z.instanceof(RegExp)).optional(),
      }),
    ])
    .optional(),
  sensitive: z
    .strictObject({
      keys: z.custom(
        (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
        'keys are { current, keys }, or come from environmentKeys() or fileKeys("…")',
      ),
      fields: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  transport: z
    .custom((value) => typeof value === 'function', 'a transport is made by pgBoss("…")')
    .optional(),
  // `false` keeps all; a union of the two would hide what is wrong.
  retention: z
    .preprocess(
      (value) => (value === false ? undefined : value),
      z
        .strictObject({
          finishedRuns: z.union([
            milliseconds,
            z.string().regex(SPAN, 'a time is a number of ms, or such as 90d or 12h'),
          ]),
          onTrouble: z
            .custom((value) => typeof value === 'function', 'it is a function')
            .optional(),
        })
        .optional(),
    )
    .optional(),
  name: z
    .string()
    .regex(/^[^\p{Cc}]{1,100}$/u, 'a name is a line of 1 to 100 characters')
    .optional(),
  standby: z
    .preprocess(
      (value) => (typeof value === 'boolean' ? {} : value),
      z.strictObject({
        pollMs: z.number().min(50).optional(),
        waiting: z.custom((value) => typeof value === 'function').optional(),
      }),
    )
    .optional(),
  budget: budget.optional(),
  // `true` stands for all defaults; a union of the two would hide what is wrong.
  cache: z.preprocess((value) => (typeof value === 'boolean' ? {} : value), cache.optional()),
  budgets: budgets.optional(),
  plugins: z.array(z.looseObject({ spec: z.literal('plugin/1'), name: z.string() })).optional(),
  project: projectOptions,
  fetch: z.custom((value) => typeof value === 'function').optional(),
  patienceMs: milliseconds.optional(),
  maxWaitMs: milliseconds.optional(),
  queueLimit: count.optional(),
  workers: z.record(z.string(), z.int().nonnegative()).optional(),
  concurrency: z.int().nonnegative().optional(),
  outageMs: milliseconds.optional(),
  breakers: z
    .array(z.looseObject({ name: z.string(), run: z.custom((run) => typeof run === 'function') }))
    .max(1_000)
    .optional(),
  healing: z.preprocess((value) => (typeof value === 'boolean' ? {} : value), healing.optional()),
  routing: routing.optional(),
  // `false` leaves it to whoever asks; a union of the two would hide what is wrong.
  tidying: z.preprocess((value) => (value === false ? undefined : value), tidying.optional()),
  verifyModels: z.boolean().optional(),
  healthChecks: z
    .union(
      [z.boolean(), z.strictObject({ everyMs: z.number().min(1_000).optional() })],
      'true, false, or { everyMs } of 1,000 ms or more',
    )
    .optional(),
  maxAttempts: z.int().min(1).max(12).optional(),
  checksAtOnce: count.optional(),
  maxOutputTokens: count.optional(),
  graceMs: milliseconds.optional(),
  signal: z
    .custom((value) => value instanceof AbortSignal, 'a signal is that of an AbortController')
    .optional(),
  clock: z.custom(isClock, 'a clock has now(), elapsed() and after()').optional(),
  random: z.custom((value) => typeof value === 'function').optional(),
});

/** The shape of the options; names are checked apart, once plugins have brought theirs. */
export const optionsSchema: z.ZodType = options;

/** The shape of a custodian's options. */
export const custodianSchema: z.ZodType = options
  .pick({
    project: true,
    validators: true,
    budgets: true,
    workspaces: true,
    redact: true,
    sensitive: true,
    name: true,
    standby: true,
    signal: true,
    clock: true,
  })
  .extend({ store: options.shape.store.unwrap() });

function isClock(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { now, elapsed, after } = value as Readonly<Record<string, unknown>>;
  return [now, elapsed, after].every((method) => typeof method === 'function');
}

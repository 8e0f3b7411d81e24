import { z } from 'zod';

/** Each of them is read with its owner, which knows what to say of one that is wrong. */
const limits = z.array(z.unknown());
const name = z.string().min(1).max(200);

/** The shape of a model's limits. */
export const modelLimits: z.ZodType = limits.optional();

/** The shape of the options about limits that models share. */
export const limitOptions: Readonly<
  Record<
    'limits' | 'pools' | 'sharedLimits' | 'toolLimits' | 'gauges' | 'holdMs' | 'maxCallMs',
    z.ZodType
  >
> = {
  limits: z
    .array(
      z.strictObject({
        per: z.enum(['provider', 'key', 'user', 'tenant', 'project', 'all']),
        of: name.optional(),
        limits: limits.min(1, 'expected at least one limit'),
      }),
    )
    .optional(),
  pools: z
    .record(
      name,
      z.strictObject({
        limits: limits.min(1, 'expected at least one limit'),
        of: z.array(z.string()).min(1, 'a pool has at least one model'),
        weights: z
          .record(z.string(), z.number().positive('a weight is greater than 0').max(1_000))
          .optional(),
      }),
    )
    .optional(),
  sharedLimits: z
    .strictObject({
      store: z.custom(
        (value) => typeof value === 'function',
        "a store for shared limits, such as sqliteReservations('shared.db')",
      ),
      per: z
        .array(z.enum(['model', 'pool', 'provider', 'key', 'user', 'tenant', 'project', 'all']))
        .min(1, 'expected at least one whose limits are shared')
        .optional(),
      leewayMs: z.number().min(50, 'a request is given at least 50 ms').max(60_000).optional(),
    })
    .optional(),
  toolLimits: z
    .array(
      z.strictObject({
        tool: z.union(
          [name, z.array(name).min(1)],
          "expected the name of a tool, or a list of at least one, such as 'search'",
        ),
        per: z.enum(['model', 'role', 'user', 'tenant', 'run']).optional(),
        of: name.optional(),
        limits: limits.min(1, 'expected at least one limit'),
        patienceMs: z.number().nonnegative().optional(),
      }),
    )
    .optional(),
  gauges: z
    .record(
      name,
      z.custom((value) => typeof value === 'function', 'a gauge is a function that gives 0 to 1'),
    )
    .optional(),
  holdMs: z.number().min(1_000, 'a call is given at least 1,000 ms').max(604_800_000).optional(),
  maxCallMs: z
    .number()
    .min(1_000, 'a call is given at least 1,000 ms')
    .max(2_592_000_000, 'a call is given at most 30 days')
    .optional(),
};

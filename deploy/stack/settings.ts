import { z } from 'zod';

/** What a process of the stack reads from its environment. */
export interface StackSettings {
  /** The database in which everything is. */
  readonly database: string;
  /** The server of the models, such as `http://ollama:11434/v1`. */
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  /** The first is the overseer; every other works, and one alone does everything. */
  readonly models: readonly string[];
  /** Calls that one worker makes at once. */
  readonly slots: number;
  /** Where the process tells how it is, on its own loopback. */
  readonly healthPort: number;
}

const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

const environment = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'is no postgres://… address'),
  OPENAI_API_BASE: z.url({ protocol: /^https?$/ }),
  // Empty where a recipe passes on what nobody set.
  OPENAI_API_KEY: z
    .string()
    .transform((key) => (key === '' ? undefined : key))
    .optional(),
  OVERSEER_MODELS: names,
  OVERSEER_SLOTS: z.coerce.number().int().min(1).max(1_000).default(4),
  OVERSEER_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(4_101),
});

/** Reads the settings. Throws `Error` that names each variable that is missing or wrong, and shows no value. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): StackSettings {
  const { data, error } = environment.safeParse(env);
  if (data === undefined) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`The environment is not complete:\n  ${problems.join('\n  ')}`);
  }
  return {
    database: data.DATABASE_URL,
    baseURL: data.OPENAI_API_BASE,
    apiKey: data.OPENAI_API_KEY,
    models: data.OVERSEER_MODELS,
    slots: data.OVERSEER_SLOTS,
    healthPort: data.OVERSEER_HEALTH_PORT,
  };
}

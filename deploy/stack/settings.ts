import { environmentKeys, fileKeys, type KeySource } from '@overseer/storage/at-rest';
import type { PgBossOptions } from '@overseer/storage/pg-boss';
import { z } from 'zod';

/** What a process of the stack reads from its environment. */
export interface StackSettings {
  /** The address of the database in which everything is, with how its server is known where that is said. */
  readonly database: string;
  /** The master keys of what is sealed in it; absent where nothing is. */
  readonly keys: KeySource | undefined;
  /** The server of the models, such as `http://ollama:11434/v1`. */
  readonly baseURL: string;
  /** What speaks there: Ollama is asked by its own API, as its other one cuts long prompts without a word. */
  readonly server: 'ollama' | 'openai-compatible';
  readonly apiKey: string | undefined;
  /** The first is the overseer; every other works, and one alone does everything. */
  readonly models: readonly string[];
  /** Tokens of prompt and answer that every model has room for; left out where nobody says. */
  readonly contextWindow: number | undefined;
  /** Calls that one worker makes at once. */
  readonly slots: number;
  /** Where the process tells how it is, on its own loopback. */
  readonly healthPort: number;
}

const names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

/** Empty where a recipe passes on what nobody set. */
const unlessEmpty = z
  .string()
  .transform((text) => (text.trim() === '' ? undefined : text.trim()))
  .optional();

const SERVER = 'openai-compatible';

const environment = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'is no postgres://… address'),
  OPENAI_API_BASE: z.url({ protocol: /^https?$/ }),
  OVERSEER_DATABASE_TLS: z.enum(['', 'off', 'on']).default(''),
  OVERSEER_DATABASE_CA: unlessEmpty,
  OVERSEER_KEYS: unlessEmpty,
  OVERSEER_KEY_FILE: unlessEmpty,
  OPENAI_API_KEY: unlessEmpty,
  OVERSEER_SERVER: z.enum(['', 'ollama', SERVER]).default(''),
  OVERSEER_MODELS: names,
  OVERSEER_CONTEXT_WINDOW: unlessEmpty
    .transform((text) => (text === undefined ? undefined : Number(text)))
    .pipe(z.int().min(1).optional()),
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
    database: addressOf(data.DATABASE_URL, data.OVERSEER_DATABASE_TLS, data.OVERSEER_DATABASE_CA),
    keys: keysOf(data.OVERSEER_KEYS, data.OVERSEER_KEY_FILE),
    baseURL: data.OPENAI_API_BASE,
    server: data.OVERSEER_SERVER === '' ? SERVER : data.OVERSEER_SERVER,
    apiKey: data.OPENAI_API_KEY,
    models: data.OVERSEER_MODELS,
    contextWindow: data.OVERSEER_CONTEXT_WINDOW,
    slots: data.OVERSEER_SLOTS,
    healthPort: data.OVERSEER_HEALTH_PORT,
  };
}

/** How the stack's database is opened. */
export function databaseOf({
  database,
  keys,
}: Pick<StackSettings, 'database' | 'keys'>): PgBossOptions {
  return { connection: database, ...(keys === undefined ? {} : { encryption: { keys } }) };
}

/**
 * The address, with the server's certificate looked at: by those of a file, or by those that the system trusts. In the address, so
 * that the command knows it too. Throws where the address says something else already.
 */
function addressOf(address: string, tls: '' | 'off' | 'on', ca: string | undefined): string {
  if (tls === 'off' && ca === undefined) return withMode(address, 'disable');
  if (tls === 'off') {
    throw new Error(
      'OVERSEER_DATABASE_CA has no use with OVERSEER_DATABASE_TLS=off: leave one out.',
    );
  }
  if (tls === '' && ca === undefined) return address;
  const file = ca === undefined ? '' : `&sslrootcert=${encodeURIComponent(ca)}`;
  return `${withMode(address, 'verify-full')}${file}`;
}

function withMode(address: string, mode: string): string {
  if (/[?&]ssl(mode|rootcert)=/.test(address)) {
    throw new Error(
      'DATABASE_URL says sslmode or sslrootcert, and so does OVERSEER_DATABASE_TLS or OVERSEER_DATABASE_CA: leave one out.',
    );
  }
  return `${address}${address.includes('?') ? '&' : '?'}sslmode=${mode}`;
}

/** From where the command takes them too. */
function keysOf(keys: string | undefined, file: string | undefined): KeySource | undefined {
  if (keys !== undefined) return environmentKeys('OVERSEER_KEYS');
  return file === undefined ? undefined : fileKeys(file);
}

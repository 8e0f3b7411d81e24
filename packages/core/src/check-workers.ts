import { ConfigError } from './errors/config-error.ts';
import { suggest } from './internal/nearest.ts';
import { requireFields } from './internal/require-fields.ts';

/** Bounds on what is worked at once; what is left out stays as it is. */
export interface AtOnceBounds {
  /** Tasks, by kind of task, `*` for all other kinds together. Any word is a kind: one that no task has bounds nothing. */
  readonly workers?: Readonly<Record<string, number>>;
  /** Tasks, over all kinds; infinity for no bound. */
  readonly concurrency?: number;
  /** Calls, by model of the team; what was learned of a model and its own limits hold beside it. */
  readonly models?: Readonly<Record<string, number>>;
}

const FIELDS: readonly (keyof AtOnceBounds)[] = ['workers', 'concurrency', 'models'];

/** Checks bounds on what is worked at once. Throws `ConfigError`: `config.workers`, `config.unknown-model`. */
export function checkWorkers(bounds: AtOnceBounds, team: readonly string[] = []): void {
  requireFields('bounds on what is worked at once', bounds, FIELDS, 'config.workers');
  const { workers = {}, concurrency = 0, models = {} } = bounds;
  requireCounts('workers', workers);
  requireCounts('models', models);
  for (const [kind, count] of Object.entries(workers)) check(count, `tasks at once for ${kind}`);
  if (concurrency !== Number.POSITIVE_INFINITY) check(concurrency, 'tasks at once for concurrency');
  for (const [model, count] of Object.entries(models)) {
    if (!team.includes(model)) throw unknownModel(model, team);
    check(count, `calls at once for the model ${model}`);
  }
}

function requireCounts(field: string, counts: unknown): void {
  if (typeof counts === 'object' && counts !== null && !Array.isArray(counts)) return;
  throw new ConfigError(
    'config.workers',
    `Expected numbers by name in ${field}, such as { ${field === 'models' ? 'local' : 'code'}: 2 }.`,
  );
}

function check(count: number, what: string): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new ConfigError(
    'config.workers',
    `The number of ${what} is a whole number from 0 on, and not ${String(count)}.`,
  );
}

function unknownModel(model: string, team: readonly string[]): ConfigError {
  return new ConfigError(
    'config.unknown-model',
    `Unknown name for a model whose calls at once are to change: ${JSON.stringify(model)}; ${suggest(model, team)}.`,
  );
}

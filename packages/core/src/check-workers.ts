import { ConfigError } from './errors/config-error.ts';

/** Checks bounds on tasks at once. Throws `ConfigError` `config.workers`. */
export function checkWorkers(bounds: {
  readonly workers?: Readonly<Record<string, number>>;
  readonly concurrency?: number;
}): void {
  const { workers = {}, concurrency = 0 } = bounds;
  const given = [...Object.entries(workers), ['concurrency', concurrency] as const];
  for (const [name, count] of given) {
    if (Number.isInteger(count) && count >= 0) continue;
    if (name === 'concurrency' && count === Number.POSITIVE_INFINITY) continue;
    throw new ConfigError(
      'config.workers',
      `The number of tasks at once for ${name} is a whole number from 0 on, and not ${String(count)}.`,
    );
  }
}

import { ConfigError } from './errors/config-error.ts';
import type { RunOptions } from './run-options.ts';

/**
 * What a run says of the cache, which may come from JavaScript. Throws `ConfigError` `config.cache` for anything but `false`, and names
 * with values that are text.
 */
export function checkedCache(cache: RunOptions['cache']): RunOptions['cache'] {
  const given: unknown = cache;
  if (given === undefined || given === false) return cache;
  const isNamed = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (isNamed && Object.values(given).every((value) => typeof value === 'string')) return cache;
  throw new ConfigError(
    'config.cache',
    `The cache of this run is ${JSON.stringify(given)}: give false to do without, or names with values that are text, such as { team: "writers" }.`,
  );
}

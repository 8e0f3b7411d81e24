import { ConfigError } from './errors/config-error.ts';
import type { RunOptions } from './run-options.ts';

/**
 * What a run says of the cache, which may come from JavaScript. Throws `ConfigError` `config.cache` for anything but `false`, and names
 * of its own with values that are text.
 */
export function checkedCache(cache: RunOptions['cache']): RunOptions['cache'] {
  const given: unknown = cache;
  if (given === undefined || given === false) return cache;
  const isNamed = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (isNamed && 'scope' in given) {
    throw new ConfigError(
      'config.cache',
      'The cache of this run names "scope", which is an option of createOverseer: give names of your own, such as { team: "writers" }, or false to do without.',
    );
  }
  if (isNamed && Object.values(given).every((value) => typeof value === 'string')) return cache;
  throw new ConfigError(
    'config.cache',
    `The cache of this run is ${JSON.stringify(given)}: give false to do without, or names with values that are text, such as { team: "writers" }.`,
  );
}

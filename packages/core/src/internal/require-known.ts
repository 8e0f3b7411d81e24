import { ConfigError } from '../errors/config-error.ts';
import { suggest } from './nearest.ts';

/** Throws `ConfigError` with `code` for a name that is not among `names`; `what` says what it is a name of, and where it stands. */
export function requireKnown(
  what: string,
  name: string,
  names: readonly string[],
  code: string,
): void {
  if (names.includes(name)) return;
  throw new ConfigError(code, `Unknown ${what}: ${JSON.stringify(name)}; ${suggest(name, names)}.`);
}

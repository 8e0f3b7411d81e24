import { ConfigError } from '../errors/config-error.ts';
import { requireKnown } from './require-known.ts';

/**
 * Throws `ConfigError` with `code` for what is no object, or has a field that is not among `fields`: whoever wrote it would
 * take it for heeded. `what` says what the object is.
 */
export function requireFields(
  what: string,
  value: unknown,
  fields: readonly string[],
  code: string,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const known = fields.join(', ');
    throw new ConfigError(
      code,
      `Expected ${what}, an object of ${known}, and not ${shown(value)}.`,
    );
  }
  for (const field of Object.keys(value)) requireKnown(`field of ${what}`, field, fields, code);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

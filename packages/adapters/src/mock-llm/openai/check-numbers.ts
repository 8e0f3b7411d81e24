import type { JsonObject } from '@overseer/core/spec';
import type { Malformed } from '../asked.ts';

/** Which numbers a field takes. */
export interface NumberField {
  readonly name: string;
  readonly least?: number;
  readonly most?: number;
  readonly isWhole?: boolean;
  /** Taken though it is too small: what servers at home mean by it. */
  readonly besides?: number;
}

/** What is wrong with the first field that is no number of its range, in OpenAI's words; fields may be missing or `null`. */
export function wrongNumber(
  body: JsonObject,
  fields: readonly NumberField[],
): Malformed | undefined {
  for (const field of fields) {
    const value = body[field.name];
    if (value === undefined || value === null) continue;
    const why = typeof value === 'number' ? outOfRange(value, field) : wrongType(value, field);
    if (why !== undefined) return { malformed: why, param: field.name };
  }
  return undefined;
}

function outOfRange(
  value: number,
  { name, least, most, isWhole = false, besides }: NumberField,
): string | undefined {
  if (value === besides) return undefined;
  if (isWhole && !Number.isInteger(value))
    return `Invalid type for '${name}': expected an integer, but got a decimal number instead.`;
  const what = isWhole ? 'integer' : 'decimal';
  if (least !== undefined && value < least)
    return `Invalid '${name}': ${what} below minimum value. Expected a value >= ${least}, but got ${value} instead.`;
  if (most !== undefined && value > most)
    return `Invalid '${name}': ${what} above maximum value. Expected a value <= ${most}, but got ${value} instead.`;
  return undefined;
}

function wrongType(value: unknown, { name, isWhole = false }: NumberField): string {
  const what = isWhole ? 'an integer' : 'a decimal';
  const sent = Array.isArray(value) ? 'array' : typeof value;
  return `Invalid type for '${name}': expected ${what}, but got ${/^[aeio]/.test(sent) ? 'an' : 'a'} ${sent} instead.`;
}

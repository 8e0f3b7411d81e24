import type { Json } from '../spec/json.ts';

/** A value in words: a text as it stands, anything else as JSON. */
export function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

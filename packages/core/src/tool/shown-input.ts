import { createHash } from 'node:crypto';
import { canonicalJson } from '../internal/canonical-json.ts';
import type { Json } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';

/** In place of what a tool calls sensitive. */
const HIDDEN = '[not shown]';

/**
 * The input of a call for whoever looks at it later: without what its tool calls sensitive. Of a tool that is not known
 * nobody can say what that is, so there is its SHA-256 alone, by which equal inputs are found. Pure.
 */
export function shownInput(tool: Pick<Tool, 'sensitive'> | undefined, input: Json): Json {
  if (tool === undefined) {
    return { sha256: createHash('sha256').update(canonicalJson(input)).digest('hex') };
  }
  const { sensitive } = tool;
  if (sensitive === undefined) return input;
  if (sensitive === true || typeof input !== 'object' || input === null) return HIDDEN;
  // A list has no fields to leave out.
  if (Array.isArray(input)) return HIDDEN;
  const shown = Object.entries(input).map(([field, value]): [string, Json] => [
    field,
    sensitive.includes(field) ? HIDDEN : value,
  ]);
  return Object.fromEntries(shown);
}

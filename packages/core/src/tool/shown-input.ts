import { createHash } from 'node:crypto';
import { canonicalJson } from '../internal/canonical-json.ts';
import { shown } from '../internal/sensitive-mark.ts';
import { hiddenFields, hide } from '../journal/hidden-fields.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';

/** In place of what a tool calls sensitive. */
const HIDDEN = '[not shown]';

/** What says of a tool which parts of its input are sensitive. */
export type Discreet = Pick<Tool, 'sensitive'> & Partial<Pick<Tool, 'input'>>;

/**
 * The input of a call for whoever looks at it later: without what its tool, or its schema, calls sensitive, and without `fields`,
 * wherever they stand. Of a tool that is not known nobody can say what that is, so there is its SHA-256 alone, by which equal
 * inputs are found. Pure.
 */
export function shownInput(
  tool: Discreet | undefined,
  input: Json,
  fields: ReadonlySet<string> = NONE,
): Json {
  if (tool === undefined) {
    return { sha256: createHash('sha256').update(canonicalJson(input)).digest('hex') };
  }
  const { sensitive } = tool;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  // A list has no fields to leave out.
  if (sensitive === true || (sensitive !== undefined && !isObject)) return HIDDEN;
  const { input: hidden } = hiddenFields({ sensitive, input: tool.input });
  const rest = hidden === undefined ? input : hide(input, hidden, () => HIDDEN);
  return shown(withoutFields(rest, fields));
}

const NONE: ReadonlySet<string> = new Set();

function withoutFields(value: Json, fields: ReadonlySet<string>): Json {
  if (fields.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: Json) => withoutFields(one, fields));
  const shownFields = Object.entries(value as JsonObject).map(([name, inner]): [string, Json] => [
    name,
    fields.has(name) ? HIDDEN : withoutFields(inner ?? null, fields),
  ]);
  return Object.fromEntries(shownFields);
}

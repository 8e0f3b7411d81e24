import type { Json, JsonObject } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';

/** All of a value, or these fields of it; of a list, those of its entries. */
export type Hidden = true | ReadonlyMap<string, Hidden>;

/** What of a tool's input and output is sensitive: by the tool's own word, or by its schemas. */
export function hiddenFields({
  sensitive,
  input,
  output,
}: { readonly [K in 'sensitive' | 'input' | 'output']?: Tool[K] | undefined }): {
  readonly input: Hidden | undefined;
  readonly output: Hidden | undefined;
} {
  const marked = hiddenIn(input?.jsonSchema, 0);
  const named = sensitive === undefined || sensitive === true ? [] : sensitive;
  return {
    input: sensitive === true ? true : withNames(marked, named),
    output: hiddenIn(output?.jsonSchema, 0),
  };
}

/** A value with what `conceal` gives in place of all that is hidden of it. The very value where that is nothing. */
export function hide(value: Json, hidden: Hidden, conceal: (value: Json) => string): Json {
  if (hidden === true) return conceal(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value.map((one: Json) => hide(one, hidden, conceal));
    return list.every((one, at) => one === value[at]) ? value : list;
  }
  let copy: Record<string, Json> | undefined;
  for (const [name, inner] of Object.entries(value as JsonObject)) {
    const ofField = hidden.get(name);
    if (ofField === undefined || inner === undefined) continue;
    const next = hide(inner, ofField, conceal);
    if (next === inner) continue;
    copy ??= { ...(value as JsonObject) };
    copy[name] = next;
  }
  return copy ?? value;
}

/** Schemas nest no deeper than that, or refer to themselves. */
const DEEPEST = 16;

/** What a JSON Schema calls `sensitive` or `writeOnly`, or whose format is `password`. */
function hiddenIn(schema: unknown, depth: number): Hidden | undefined {
  if (typeof schema !== 'object' || schema === null || depth > DEEPEST) return undefined;
  const { sensitive, writeOnly, format, properties, items } = schema as JsonObject;
  if (sensitive === true || writeOnly === true || format === 'password') return true;
  if (typeof properties !== 'object' || properties === null) return hiddenIn(items, depth + 1);
  const fields = Object.entries(properties).flatMap(([name, property]) => {
    const hidden = hiddenIn(property, depth + 1);
    return hidden === undefined ? [] : [[name, hidden] as const];
  });
  return fields.length === 0 ? undefined : new Map(fields);
}

function withNames(marked: Hidden | undefined, names: readonly string[]): Hidden | undefined {
  if (marked === true || names.length === 0) return marked;
  return new Map([...(marked ?? []), ...names.map((name) => [name, true] as const)]);
}

import type { Json, JsonObject } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';
import { type MarkedSchema, markedSchema } from './marked-schema.ts';

/** All of a value, or parts of it. */
export type Hidden = true | HiddenParts;

/** What is hidden of a value, by its parts. */
export interface HiddenParts {
  field(name: string): Hidden | undefined;
  entry(at: number): Hidden | undefined;
  /** Whether a value is nothing that has such parts, so that nobody knows where in it they are. */
  isStrange(value: Json): boolean;
}

/**
 * What of a tool's input and output is sensitive: by the tool's own word, or by its schemas. Where something of an input is, so is a text in its place:
 * models write objects as texts.
 */
export function hiddenFields({
  sensitive,
  input,
  output,
}: { readonly [K in 'sensitive' | 'input' | 'output']?: Tool[K] | undefined }): {
  readonly input: Hidden | undefined;
  readonly output: Hidden | undefined;
} {
  const marked = hiddenBy(input?.jsonSchema, true);
  const named = sensitive === undefined || sensitive === true ? [] : sensitive;
  return {
    input: sensitive === true ? true : withNames(marked, named),
    // A text in place of an output may say what went wrong.
    output: hiddenBy(output?.jsonSchema, false),
  };
}

/** A value with what `conceal` gives in place of all that is hidden of it. The very value where that is nothing. */
export function hide(value: Json, hidden: Hidden, conceal: (value: Json) => string): Json {
  if (hidden === true) return conceal(value);
  if (value === null) return value;
  if (hidden.isStrange(value)) return conceal(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const list = value.map((one: Json, at) => hideIn(one, hidden.entry(at), conceal));
    return list.every((one, at) => one === value[at]) ? value : list;
  }
  return hideFields(value as JsonObject, hidden, conceal);
}

function hideFields(
  value: JsonObject,
  hidden: HiddenParts,
  conceal: (value: Json) => string,
): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const next = hideIn(inner, hidden.field(name), conceal);
    if (next === inner) continue;
    copy ??= { ...value };
    // A name that a model wrote may be that of a prototype.
    Object.defineProperty(copy, name, {
      value: next,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy ?? value;
}

function hideIn(value: Json, hidden: Hidden | undefined, conceal: (value: Json) => string): Json {
  return hidden === undefined ? value : hide(value, hidden, conceal);
}

function hiddenBy(schema: unknown, hidesTexts: boolean): Hidden | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const root = schema as Json;
  return partsOf(markedSchema(root), [root], hidesTexts);
}

function partsOf(
  marked: MarkedSchema,
  schemas: readonly Json[],
  hidesTexts: boolean,
): Hidden | undefined {
  const all = marked.all(schemas);
  if (marked.isMarked(all)) return true;
  if (!marked.hasMarksBelow(all)) return undefined;
  return {
    field: (name) => partsOf(marked, marked.field(all, name), hidesTexts),
    entry: (at) => partsOf(marked, marked.entry(all, at), hidesTexts),
    isStrange: (value) => (hidesTexts || typeof value === 'object') && !marked.knows(all, value),
  };
}

/** With fields of these names hidden too; of a list, those of its entries. */
function withNames(marked: Hidden | undefined, names: readonly string[]): Hidden | undefined {
  if (marked === true || names.length === 0) return marked;
  const parts: HiddenParts = {
    field: (name) => (names.includes(name) ? true : marked?.field(name)),
    entry: (at) => {
      const own = marked?.entry(at);
      return own === undefined ? parts : withNames(own, names);
    },
    isStrange: (value) => typeof value !== 'object' || marked?.isStrange(value) === true,
  };
  return parts;
}

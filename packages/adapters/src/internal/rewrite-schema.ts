import type { Json, JsonObject } from '@overseer/core/spec';
import { isObject } from './is-object.ts';
import type { SchemaDialect } from './schema-dialect.ts';

type Tell = (what: string) => void;
type Rewrite = (schema: JsonObject, dialect: SchemaDialect, tell: Tell) => JsonObject;

/** One schema, without those in it, in words that a provider knows; tells what was put otherwise. Pure. */
export function rewriteSchema(schema: JsonObject, dialect: SchemaDialect, tell: Tell): JsonObject {
  return REWRITES.reduce((said, rewrite) => rewrite(said, dialect, tell), schema);
}

const REWRITES: readonly Rewrite[] = [
  joinAllOf,
  constAsEnum,
  oneOfAsAnyOf,
  definitionsAsDefs,
  exclusiveBounds,
  plainEnum,
  knownFormat,
  wholePattern,
  anchoredPattern,
  smallMinItems,
  closedObject,
  someRequired,
  loneRef,
];

/** Parts that all hold are one schema, unless two of them say different things of one keyword. */
function joinAllOf(schema: JsonObject, { keywords }: SchemaDialect, tell: Tell): JsonObject {
  const parts = schema['allOf'];
  if (keywords.has('allOf') || !Array.isArray(parts) || !parts.every(isObject)) return schema;
  let joined: JsonObject = without(schema, 'allOf');
  for (const part of parts as readonly JsonObject[]) {
    for (const [keyword, value] of Object.entries(part)) {
      const known = joined[keyword];
      const both = known === undefined ? value : bothOf(keyword, known, value);
      if (both === undefined) return schema;
      joined = { ...joined, [keyword]: both };
    }
  }
  tell('allOf');
  return joined;
}

function bothOf(keyword: string, one: Json, other: Json): Json | undefined {
  if (keyword === 'required' && Array.isArray(one) && Array.isArray(other)) {
    return [...new Set([...one, ...other])];
  }
  if (keyword === 'properties' && isObject(one) && isObject(other)) {
    const same = Object.keys(one).some((name) => other[name] !== undefined);
    return same ? undefined : { ...one, ...other };
  }
  return JSON.stringify(one) === JSON.stringify(other) ? one : undefined;
}

function constAsEnum(schema: JsonObject, { keywords }: SchemaDialect, tell: Tell): JsonObject {
  const value = schema['const'];
  if (value === undefined || keywords.has('const')) return schema;
  tell('const');
  return { ...without(schema, 'const'), enum: [value] };
}

function oneOfAsAnyOf(schema: JsonObject, { keywords }: SchemaDialect, tell: Tell): JsonObject {
  const choices = schema['oneOf'];
  const fits = keywords.has('anyOf') && !keywords.has('oneOf') && schema['anyOf'] === undefined;
  if (choices === undefined || !fits) return schema;
  tell('oneOf');
  return { ...without(schema, 'oneOf'), anyOf: choices };
}

/** The older name, and what points there. */
function definitionsAsDefs(schema: JsonObject): JsonObject {
  const { definitions, $ref } = schema;
  const old = '#/definitions/';
  const points = typeof $ref === 'string' && $ref.startsWith(old);
  return {
    ...without(schema, 'definitions'),
    ...(isObject(definitions) ? { $defs: { ...definitions, ...(schema['$defs'] as object) } } : {}),
    ...(points ? { $ref: `#/$defs/${$ref.slice(old.length)}` } : {}),
  };
}

/** Of whole numbers, above 3 is from 4 on. */
function exclusiveBounds(schema: JsonObject, { keywords }: SchemaDialect, tell: Tell): JsonObject {
  if (schema['type'] !== 'integer') return schema;
  let said = schema;
  for (const [keyword, plain, step] of BOUNDS) {
    const bound = schema[keyword];
    const fits = keywords.has(plain) && !keywords.has(keyword) && schema[plain] === undefined;
    if (!fits || typeof bound !== 'number' || !Number.isInteger(bound)) continue;
    tell(keyword);
    said = { ...without(said, keyword), [plain]: bound + step };
  }
  return said;
}

const BOUNDS = [
  ['exclusiveMinimum', 'minimum', 1],
  ['exclusiveMaximum', 'maximum', -1],
] as const;

/** Only texts and numbers can be told one by one. */
function plainEnum(schema: JsonObject, { anyEnum }: SchemaDialect, tell: Tell): JsonObject {
  const values = schema['enum'];
  if (!Array.isArray(values) || anyEnum === true) return schema;
  const plain = values.filter((value) => ['string', 'number'].includes(typeof value));
  if (plain.length === values.length) return schema;
  tell('enum');
  // Fewer values would forbid what the host allows.
  return without(schema, 'enum');
}

function knownFormat(schema: JsonObject, { formats }: SchemaDialect, tell: Tell): JsonObject {
  const { format } = schema;
  if (typeof format !== 'string' || formats === undefined || formats.has(format)) return schema;
  tell(`format ${format}`);
  return without(schema, 'format');
}

function wholePattern(
  schema: JsonObject,
  { wholePatterns }: SchemaDialect,
  tell: Tell,
): JsonObject {
  const { pattern } = schema;
  if (typeof pattern !== 'string' || wholePatterns !== true) return schema;
  const anchored = /^\^(.*[^\\])\$$/s.exec(pattern)?.[1];
  tell('pattern');
  return anchored === undefined || /[$^]|\(\?[=!<]/.test(anchored)
    ? without(schema, 'pattern')
    : { ...schema, pattern: anchored };
}

/** A grammar is made of the whole text, and has no looking ahead. */
function anchoredPattern(
  schema: JsonObject,
  { anchoredPatterns }: SchemaDialect,
  tell: Tell,
): JsonObject {
  const { pattern } = schema;
  if (typeof pattern !== 'string' || anchoredPatterns !== true) return schema;
  if (/^\^.*[^\\]\$$/s.test(pattern) && !/\(\?[=!<]/.test(pattern)) return schema;
  tell('pattern');
  return without(schema, 'pattern');
}

function smallMinItems(
  schema: JsonObject,
  { mostMinItems }: SchemaDialect,
  tell: Tell,
): JsonObject {
  const least = schema['minItems'];
  if (mostMinItems === undefined || typeof least !== 'number' || least <= mostMinItems)
    return schema;
  tell('minItems');
  return { ...schema, minItems: mostMinItems };
}

/** Nobody can tell what else an object might have, and it may do without. */
function closedObject(schema: JsonObject, { closed }: SchemaDialect, tell: Tell): JsonObject {
  const isObjectSchema = schema['type'] === 'object' || schema['properties'] !== undefined;
  if (closed !== true || !isObjectSchema || schema['additionalProperties'] === false) return schema;
  tell('additionalProperties');
  return { ...schema, additionalProperties: false };
}

function someRequired(
  schema: JsonObject,
  { needsRequired }: SchemaDialect,
  tell: Tell,
): JsonObject {
  const { properties, required } = schema;
  const [first] = isObject(properties) ? Object.keys(properties) : [];
  if (needsRequired !== true || first === undefined) return schema;
  if (Array.isArray(required) && required.length > 0) return schema;
  tell(`required ${first}`);
  return { ...schema, required: [first] };
}

function loneRef(schema: JsonObject, { loneRefs }: SchemaDialect, tell: Tell): JsonObject {
  if (loneRefs !== true || typeof schema['$ref'] !== 'string') return schema;
  const alone = Object.entries(schema).filter(([keyword]) => keyword.startsWith('$'));
  if (alone.length < Object.keys(schema).length) tell('what stands beside $ref');
  return Object.fromEntries(alone);
}

function without(schema: JsonObject, keyword: string): JsonObject {
  const { [keyword]: _, ...rest } = schema;
  return rest;
}

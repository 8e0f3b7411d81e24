import type { Json, JsonObject } from '@overseer/core/spec';
import { isObject } from '../internal/is-object.ts';

/** A JSON Schema as a grammar can hold it, and the keywords that it leaves out. */
export interface GrammarSchema {
  readonly schema: JsonObject;
  readonly dropped: readonly string[];
}

/**
 * Writes a JSON Schema in the part of it that node-llama-cpp makes grammars of, which has no property that may be absent: with
 * `optional: 'null'` such a one may be null instead, to be taken out by `withoutNulls`; else it is always written.
 */
export function grammarSchema(schema: JsonObject, optional: 'null' | 'written'): GrammarSchema {
  const dropped = new Set<string>();
  return { schema: convert(schema, { optional, dropped }), dropped: [...dropped] };
}

/** A value without the nulls that stand for absent properties of `schema`. */
export function withoutNulls(value: Json, schema: Json | undefined): Json {
  if (!isObject(schema)) return value;
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item, schema['items']));
  if (!isObject(value)) return value;
  const properties = asObject(schema['properties']);
  const required = requiredOf(schema);
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const absent = inner === null && name in properties && !required.has(name);
    return absent ? [] : [[name, withoutNulls(inner, properties[name])] as const];
  });
  return Object.fromEntries(kept);
}

interface Conversion {
  readonly optional: 'null' | 'written';
  readonly dropped: Set<string>;
}

/** Written out, because an empty schema would be null alone. */
const ANY: JsonObject = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'object', additionalProperties: true },
    { type: 'array' },
  ],
};
/** What only tells people something. */
const SILENT = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$id',
  '$comment',
]);

function convert(schema: Json | undefined, how: Conversion): JsonObject {
  if (!isObject(schema)) return ANY;
  const { description } = schema;
  const told = typeof description === 'string' ? { description } : {};
  const definitions = { ...asObject(schema['definitions']), ...asObject(schema['$defs']) };
  const shared =
    Object.keys(definitions).length === 0 ? {} : { $defs: mapObject(definitions, how) };
  return { ...told, ...shared, ...bare(schema, how) };
}

function bare(schema: JsonObject, how: Conversion): JsonObject {
  const { $ref, allOf, type } = schema;
  if (typeof $ref === 'string') return reference($ref, how);
  const choice = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choice)) return { oneOf: choice.map((one: Json) => convert(one, how)) };
  if (Array.isArray(allOf)) return combined(allOf, how);
  if ('const' in schema || Array.isArray(schema['enum'])) return literal(schema, how);
  if (Array.isArray(type)) {
    return { oneOf: type.map((one: Json) => convert({ ...schema, type: one }, how)) };
  }
  return ofType(type ?? ('properties' in schema ? 'object' : undefined), schema, how);
}

function ofType(type: Json | undefined, schema: JsonObject, how: Conversion): JsonObject {
  if (type === 'object') return objectSchema(schema, how);
  if (type === 'array') {
    return { type, ...pick(schema, ['minItems', 'maxItems'], how), ...itemsOf(schema, how) };
  }
  if (type === 'string') return { type, ...textBounds(schema, how) };
  if (typeof type !== 'string') return ANY;
  return { type, ...pick(schema, [], how) };
}

function reference(target: string, { dropped }: Conversion): JsonObject {
  const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(target) ?? [];
  if (name !== undefined) return { $ref: `#/$defs/${name}` };
  dropped.add('$ref');
  return ANY;
}

function combined(parts: readonly Json[], how: Conversion): JsonObject {
  if (parts.length === 1) return convert(parts[0], how);
  how.dropped.add('allOf');
  return ANY;
}

function literal(schema: JsonObject, { dropped }: Conversion): JsonObject {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [schema['const'] ?? null];
  if (values.every((value: Json) => typeof value !== 'object' || value === null)) {
    return { enum: values };
  }
  dropped.add('enum');
  return ANY;
}

function objectSchema(schema: JsonObject, how: Conversion): JsonObject {
  const properties = asObject(schema['properties']);
  const required = requiredOf(schema);
  const written = Object.entries(properties).map(([name, inner]) => {
    const converted = convert(inner, how);
    const optional = how.optional === 'null' && !required.has(name);
    return [name, optional ? { oneOf: [converted, { type: 'null' }] } : converted] as const;
  });
  const others = schema['additionalProperties'] ?? written.length === 0;
  const known = ['properties', 'required', 'additionalProperties'];
  return {
    type: 'object',
    ...pick(schema, ['minProperties', 'maxProperties'], how, known),
    properties: Object.fromEntries(written),
    additionalProperties: typeof others === 'boolean' ? others : convert(others, how),
  };
}

function itemsOf(schema: JsonObject, how: Conversion): JsonObject {
  const { items, prefixItems } = schema;
  const first = Array.isArray(prefixItems)
    ? { prefixItems: prefixItems.map((one: Json) => convert(one, how)) }
    : {};
  return items === undefined ? first : { ...first, items: convert(items, how) };
}

const FORMATS = new Set<Json | undefined>(['date-time', 'time', 'date']);

function textBounds(schema: JsonObject, how: Conversion): JsonObject {
  const { format } = schema;
  if (FORMATS.has(format)) return { format: format ?? null };
  return pick(schema, ['minLength', 'maxLength'], how);
}

/** The keywords that can be kept; notes those that cannot. */
function pick(
  schema: JsonObject,
  names: readonly string[],
  { dropped }: Conversion,
  known: readonly string[] = ['items', 'prefixItems'],
): JsonObject {
  const kept = names.flatMap((name) => {
    const value = schema[name];
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
  for (const name of Object.keys(schema)) {
    const understood = ['type', '$defs', 'definitions', ...names, ...known].includes(name);
    if (!understood && !SILENT.has(name)) dropped.add(name);
  }
  return Object.fromEntries(kept);
}

function mapObject(schemas: JsonObject, how: Conversion): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, inner]) => [name, convert(inner, how)]),
  );
}

function requiredOf(schema: JsonObject): ReadonlySet<string> {
  const { required } = schema;
  const names = Array.isArray(required) ? required : [];
  return new Set(names.filter((name: Json): name is string => typeof name === 'string'));
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

import type { Json, JsonObject } from '@overseer/core/spec';

/** What keeps a schema from being held to exactly. */
export interface StrictDemands {
  /** Every property must be required. */
  readonly allRequired?: boolean;
  /** The whole must be an object. */
  readonly objectRoot?: boolean;
  /** No schema may hold itself. */
  readonly finite?: boolean;
}

/**
 * Why a provider that holds answers to a schema exactly cannot do so with this one without forbidding what it allows:
 * `the property note is optional`; `undefined` where it can. Every object must have known properties. Pure.
 */
export function whyNotStrict(schema: JsonObject, demands: StrictDemands): string | undefined {
  if (demands.objectRoot === true && schema['type'] !== 'object') return 'its root is no object';
  if (demands.finite === true && holdsItself(schema, schema, new Set()))
    return 'a schema in it holds itself';
  return flawWithin(schema, demands);
}

function flawWithin(schema: JsonObject, demands: StrictDemands): string | undefined {
  const { additionalProperties: more, patternProperties } = schema;
  if (patternProperties !== undefined || (more !== undefined && more !== false))
    return 'an object in it has properties without names';
  const properties = schema['properties'];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  if (demands.allRequired === true && isObject(properties)) {
    const optional = Object.keys(properties).find((name) => !required.includes(name));
    if (optional !== undefined) return `the property ${optional} is optional`;
  }
  for (const inner of schemasIn(schema)) {
    const flaw = flawWithin(inner, demands);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** Follows references into `$defs`, each once on a way. */
function holdsItself(schema: JsonObject, root: JsonObject, seen: ReadonlySet<string>): boolean {
  const { $ref } = schema;
  if (typeof $ref === 'string') {
    if ($ref === '#' || seen.has($ref)) return true;
    const [, kind = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec($ref) ?? [];
    const definitions = root[kind];
    const named = isObject(definitions) ? definitions[name] : undefined;
    if (isObject(named) && holdsItself(named, root, new Set([...seen, $ref]))) return true;
  }
  return schemasIn(schema).some((inner) => holdsItself(inner, root, seen));
}

/** The schemas right below one. */
function schemasIn(schema: JsonObject): readonly JsonObject[] {
  const named = ['properties', '$defs', 'definitions'].flatMap((keyword) => {
    const value = schema[keyword];
    return isObject(value) ? Object.values(value) : [];
  });
  const listed = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((keyword) => {
    const value = schema[keyword];
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  });
  return [...named, ...listed, schema['items']].filter(isObject);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

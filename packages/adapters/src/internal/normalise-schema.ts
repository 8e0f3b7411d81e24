import type { Json, JsonObject, ModelWarning } from '@overseer/core/spec';
import { isObject } from './is-object.ts';
import { rewriteSchema } from './rewrite-schema.ts';
import type { SchemaDialect } from './schema-dialect.ts';

/** A schema as one provider takes it, and what became of the rest: `pattern at /properties/name`. */
export interface NormalisedSchema {
  readonly schema: JsonObject;
  readonly dropped: readonly string[];
  readonly rewritten: readonly string[];
}

/** Say nothing of a value, so that nobody misses them. */
const SILENT: ReadonlySet<string> = new Set(['$schema', '$comment']);

/** Keywords that hold schemas under names, one schema, a list of them. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'patternProperties']);
const SINGLE: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not']);
const LISTED: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

/**
 * Writes a JSON Schema as a provider takes it: what it does not know is put in other words where that says the same or
 * less (`const` as `enum`, `oneOf` as `anyOf`, `definitions` as `$defs`, …), and else left out. So what fits the original also
 * fits the result, but for properties that are made required. Pure.
 */
export function normaliseSchema(schema: JsonObject, dialect: SchemaDialect): NormalisedSchema {
  const dropped: string[] = [];
  const rewritten: string[] = [];
  const walk = (given: JsonObject, path: string): JsonObject => {
    const said = rewriteSchema(given, dialect, (what) => rewritten.push(`${what}${placeOf(path)}`));
    return Object.fromEntries(
      Object.entries(said).flatMap(([keyword, value]): [string, Json][] => {
        const place = `${path}/${keyword}`;
        if (!dialect.keywords.has(keyword)) {
          if (!SILENT.has(keyword)) dropped.push(`${keyword}${placeOf(path)}`);
          return [];
        }
        return [[keyword, within(keyword, value, place)]];
      }),
    );
  };
  const within = (keyword: string, value: Json, place: string): Json => {
    if (NAMED.has(keyword) && isObject(value)) {
      const named = Object.entries(value);
      return Object.fromEntries(named.map(([name, one]) => [name, each(one, `${place}/${name}`)]));
    }
    if (LISTED.has(keyword) && Array.isArray(value)) {
      return value.map((one: Json, index) => each(one, `${place}/${index}`));
    }
    return SINGLE.has(keyword) && isObject(value) ? walk(value, place) : value;
  };
  // `true` is the schema of everything.
  const each = (value: Json, place: string): Json =>
    isObject(value) ? walk(value, place) : value === true ? {} : value;
  return { schema: walk(schema, ''), dropped, rewritten };
}

/** What a warning says of a schema that could not be sent as it is; `undefined` where it could. */
export function schemaDetail(
  { dropped, rewritten }: NormalisedSchema,
  { name }: SchemaDialect,
): string | undefined {
  const said = [
    ...(dropped.length === 0 ? [] : [`left out: ${listed(dropped)}`]),
    ...(rewritten.length === 0 ? [] : [`put otherwise: ${listed(rewritten)}`]),
  ];
  return said.length === 0 ? undefined : `${name} takes a part of JSON Schema; ${said.join('; ')}`;
}

/** The schema of `what` as a provider takes it, with a warning of what it does not take. */
export function takenSchema(
  schema: JsonObject,
  dialect: SchemaDialect,
  what: string,
  warnings: ModelWarning[],
): JsonObject {
  const said = normaliseSchema(schema, dialect);
  const detail = schemaDetail(said, dialect);
  if (detail !== undefined) warnings.push({ kind: 'adjusted', what, detail });
  return said.schema;
}

/** So many that a person reads them. */
const MOST_LISTED = 12;

function listed(what: readonly string[]): string {
  const shown = what.slice(0, MOST_LISTED).join(', ');
  const more = what.length - MOST_LISTED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function placeOf(path: string): string {
  return path === '' ? '' : ` at ${path}`;
}

import { patternProblem } from '../internal/framework/safe-pattern.ts';
import type { Json, JsonObject } from '../spec/json.ts';

/** Where a JSON Schema calls something sensitive, as a value is walked. */
export interface MarkedSchema {
  /** The schemas that speak of a value of which these do, in whatever way they are composed. */
  all(schemas: readonly Json[]): readonly Json[];
  /** Whether one of them says that its whole value is sensitive, or what nobody here understands. */
  isMarked(all: readonly Json[]): boolean;
  /** Whether a part of the value may be sensitive. */
  hasMarksBelow(all: readonly Json[]): boolean;
  /** What is said of a field, and of an entry of a list. */
  field(all: readonly Json[], name: string): readonly Json[];
  entry(all: readonly Json[], at: number): readonly Json[];
  /** Whether one of them describes values like this one. */
  knows(all: readonly Json[], value: Json): boolean;
}

/**
 * Reads a JSON Schema for what it calls `sensitive` or `writeOnly`, or whose format is `password`, through every keyword that composes
 * or nests schemas (drafts 7 to 2020-12), and through references within it, to itself too. A reference that leads elsewhere, and a mark below
 * a keyword that is not known, make the whole value sensitive. Takes time in proportion to the schema for each part of a value.
 */
export function markedSchema(root: Json): MarkedSchema {
  const composed = new Map<Json, readonly Json[]>();
  const leads = new Map<Json, boolean>();
  return { all, isMarked, hasMarksBelow, field, entry, knows };

  function all(schemas: readonly Json[]): readonly Json[] {
    const [first, ...others] = schemas;
    if (first === undefined) return [];
    if (others.length > 0) return [...new Set(schemas.flatMap((one) => all([one])))];
    const known = composed.get(first) ?? reach([first], sameValue);
    composed.set(first, known);
    return known;
  }

  function isMarked(schemas: readonly Json[]): boolean {
    return schemas.some((one) => isObject(one) && (saysSo(one) || isStrange(one)));
  }

  function hasMarksBelow(schemas: readonly Json[]): boolean {
    return schemas.some((one) => {
      const known =
        leads.get(one) ?? isMarked(reach([one], (of) => [...sameValue(of), ...below(of)]));
      leads.set(one, known);
      return known;
    });
  }

  function sameValue(schema: JsonObject): readonly Json[] {
    return [
      ...ANY_OF.flatMap((word) => listIn(schema[word])),
      ...SAME.flatMap((word) => schema[word] ?? []),
      ...BY_FIELD.flatMap((word) => Object.values(mapIn(schema[word]))),
      ...REFERENCES.flatMap((word) => resolve(root, schema[word]) ?? []),
    ].filter((one) => one !== undefined);
  }

  function isStrange(schema: JsonObject): boolean {
    return Object.entries(schema).some(([word, value]) => {
      if (REFERENCES.includes(word)) return resolve(root, value) === undefined;
      return !KNOWN.has(word) && value !== undefined && holdsMark(value);
    });
  }
}

const ANY_OF = ['anyOf', 'oneOf', 'allOf'];
const SAME = ['if', 'then', 'else', 'not'];
const BY_FIELD = ['dependentSchemas', 'dependencies'];
const REFERENCES: readonly string[] = ['$ref', '$dynamicRef', '$recursiveRef'];
const FIELDS = ['properties', 'patternProperties'];
const OTHER_FIELDS = ['additionalProperties', 'unevaluatedProperties'];
const ENTRIES = ['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains'];
/** Below these there are values, or schemas to which something has to refer. */
const NO_SCHEMAS = ['default', 'examples', 'example', 'const', 'enum', '$defs', 'definitions'];
const KNOWN: ReadonlySet<string> = new Set(
  [ANY_OF, SAME, BY_FIELD, FIELDS, OTHER_FIELDS, ENTRIES, NO_SCHEMAS].flat(),
);

/** All that is reached from these, themselves included; each once, so that what refers to itself comes to an end. */
function reach(
  from: readonly Json[],
  next: (schema: JsonObject) => readonly Json[],
): readonly Json[] {
  const reached = new Set(from);
  for (const one of reached) if (isObject(one)) for (const other of next(one)) reached.add(other);
  return [...reached];
}

function below(schema: JsonObject): readonly Json[] {
  return [
    ...FIELDS.flatMap((word) => Object.values(mapIn(schema[word]))),
    ...[...OTHER_FIELDS, ...ENTRIES].flatMap((word) => schema[word] ?? []),
  ].filter((one) => one !== undefined);
}

function field(schemas: readonly Json[], name: string): readonly Json[] {
  return schemas.filter(isObject).flatMap((schema): readonly Json[] => {
    const { properties, patternProperties } = schema;
    const own = mapIn(properties);
    const named = Object.hasOwn(own, name) ? [own[name]] : [];
    const matched = Object.entries(mapIn(patternProperties)).filter(([pattern]) =>
      mayMatch(pattern, name),
    );
    const said = [...named, ...matched.map(([, one]) => one)];
    // A pattern that may match need not: then it is one of the others.
    const others = named.length > 0 ? [] : OTHER_FIELDS.map((word) => schema[word]);
    return [...said, ...others].filter((one) => one !== undefined);
  });
}

function entry(schemas: readonly Json[], at: number): readonly Json[] {
  return schemas.filter(isObject).flatMap((schema): readonly Json[] => {
    const { prefixItems, items, additionalItems, unevaluatedItems, contains } = schema;
    const first = Array.isArray(items) ? items : listIn(prefixItems);
    const rest = Array.isArray(items) ? additionalItems : items;
    const said = at < first.length ? [first[at]] : [rest, unevaluatedItems];
    return [...said, contains].filter((one) => one !== undefined);
  });
}

function knows(schemas: readonly Json[], value: Json): boolean {
  return schemas.filter(isObject).some((schema) => {
    const { type } = schema;
    if (type !== undefined) return [type].flat().some((one) => isOf(value, one));
    if (Array.isArray(value)) return ENTRIES.some((word) => schema[word] !== undefined);
    if (isObject(value))
      return [...FIELDS, ...OTHER_FIELDS].some((word) => schema[word] !== undefined);
    return schema['enum'] !== undefined || schema['const'] !== undefined;
  });
}

function isOf(value: Json, type: Json): boolean {
  if (Array.isArray(value)) return type === 'array';
  if (typeof value === 'number') return type === 'number' || type === 'integer';
  return typeof value === type;
}

function saysSo({ sensitive, writeOnly, format }: JsonObject): boolean {
  return sensitive === true || writeOnly === true || format === 'password';
}

function holdsMark(value: Json): boolean {
  return reach([value], (one) => Object.values(one).filter((inner) => inner !== undefined)).some(
    (one) => isObject(one) && saysSo(one),
  );
}

/** What a reference within a schema leads to: the root, or what a JSON Pointer (RFC 6901) names. */
function resolve(root: Json, reference: Json | undefined): Json | undefined {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined;
  let found: Json | undefined = root;
  for (const step of reference.split('/').slice(1)) {
    const name = plain(step);
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

function plain(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}

/** One that could take too long, or is none, is taken to match. */
function mayMatch(pattern: string, name: string): boolean {
  return patternProblem({ pattern }) !== undefined || new RegExp(pattern).test(name);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapIn(value: Json | undefined): JsonObject {
  return value !== undefined && isObject(value) ? value : {};
}

function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

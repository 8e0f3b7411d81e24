import type { Json, JsonObject } from '@overseer/core/spec';
import { asList, asNumber, asObject, asText } from './json-reader.ts';

/** Schemas in schemas that are followed; what is deeper is `null`. */
const DEEPEST = 8;

/** The plainest value that a schema takes: the first of a list of values, `null` where that will do, a text that says who it is of. */
export function plainestValue(schema: JsonObject): Json {
  return new Example(schema).of(schema, 0);
}

class Example {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  of(schema: JsonObject, depth: number): Json {
    if (depth > DEEPEST) return null;
    const { enum: values, const: only, $ref: name, anyOf, oneOf, allOf } = schema;
    if (only !== undefined) return only;
    const [first] = asList(values);
    if (first !== undefined) return first;
    if (typeof name === 'string') return this.of(this.#named(name), depth + 1);
    const [one] = [...asList(anyOf), ...asList(oneOf), ...asList(allOf)];
    if (one !== undefined) return this.of(asObject(one), depth + 1);
    return this.#ofType(schema, depth);
  }

  #ofType(schema: JsonObject, depth: number): Json {
    const { type, properties, items } = schema;
    const types = (Array.isArray(type) ? type : [type]).map((each) => asText(each).toLowerCase());
    if (types.includes('null')) return null;
    switch (types[0]) {
      case 'array': {
        // One, where that is what was asked for; what stands inside is made as small as may be.
        const least = asNumber(schema['minItems']) ?? (depth < 2 ? 1 : 0);
        return Array.from({ length: Math.min(least, 100) }, () =>
          this.of(asObject(items), depth + 1),
        );
      }
      case 'string':
        return 'mock'.padEnd(asNumber(schema['minLength']) ?? 0, '.');
      case 'number':
      case 'integer':
        return asNumber(schema['minimum']) ?? asNumber(schema['maximum']) ?? 1;
      case 'boolean':
        return true;
      default:
        return Object.fromEntries(
          Object.entries(asObject(properties)).map(([key, value]) => [
            key,
            this.of(asObject(value), depth + 1),
          ]),
        );
    }
  }

  /** `#/$defs/name`, or the whole for anything else. */
  #named(name: string): JsonObject {
    const path = name.replace(/^#\/?/, '').split('/').filter(Boolean);
    return path.reduce((value, key) => asObject(value[key]), this.#root);
  }
}

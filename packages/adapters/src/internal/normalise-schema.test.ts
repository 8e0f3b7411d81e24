import { describe, expect, it } from 'vitest';
import { normaliseSchema, schemaDetail } from './normalise-schema.ts';
import type { SchemaDialect } from './schema-dialect.ts';

const KEYWORDS = ['type', 'properties', 'required', 'items', 'enum', 'anyOf', '$defs', '$ref'];
const dialect: SchemaDialect = {
  name: 'Somebody',
  asOf: '2026-11-27',
  source: 'https://example.com',
  keywords: new Set([...KEYWORDS, 'minimum', 'maximum', 'format', 'pattern']),
};

function normalise(schema: Parameters<typeof normaliseSchema>[0], more?: Partial<SchemaDialect>) {
  return normaliseSchema(schema, { ...dialect, ...more });
}

describe('a schema for a provider that takes a part of JSON Schema', () => {
  it('M9: goes as it is where all of it is taken', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
    const said = normalise(schema);
    expect(said).toEqual({ schema, dropped: [], rewritten: [] });
    expect(schemaDetail(said, dialect)).toBeUndefined();
  });

  it('M9: loses what is not taken, at any depth, and tells where', () => {
    const said = normalise({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        a: { type: 'string', maxLength: 3 },
        additionalProperties: { type: 'array', items: { type: 'string', default: 'x' } },
        all: true,
      },
      additionalProperties: false,
    });
    expect(said.schema).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string' },
        additionalProperties: { type: 'array', items: { type: 'string' } },
        all: {},
      },
    });
    expect(said.dropped).toEqual([
      'maxLength at /properties/a',
      'default at /properties/additionalProperties/items',
      'additionalProperties',
    ]);
    expect(schemaDetail(said, dialect)).toBe(
      `Somebody takes a part of JSON Schema; left out: ${said.dropped.join(', ')}`,
    );
  });

  it('M9: says the same in other words where there are any', () => {
    const said = normalise({
      oneOf: [{ const: 'a' }, { $ref: '#/definitions/n' }],
      definitions: { n: { type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 9 } },
    });
    expect(said.schema).toEqual({
      anyOf: [{ enum: ['a'] }, { $ref: '#/$defs/n' }],
      $defs: { n: { type: 'integer', minimum: 4, maximum: 8 } },
    });
    expect(said.dropped).toEqual([]);
    expect(said.rewritten).toEqual([
      'oneOf',
      'const at /anyOf/0',
      'exclusiveMinimum at /$defs/n',
      'exclusiveMaximum at /$defs/n',
    ]);
  });

  it('M9: joins parts that all hold, unless they say different things', () => {
    const a = { properties: { a: {} }, required: ['a'] };
    const b = { properties: { b: {} }, required: ['b'] };
    expect(normalise({ type: 'object', allOf: [a, b] }).schema).toEqual({
      type: 'object',
      properties: { a: {}, b: {} },
      required: ['a', 'b'],
    });
    const said = normalise({ type: 'object', allOf: [{ type: 'string' }] });
    expect(said).toMatchObject({ schema: { type: 'object' }, dropped: ['allOf'] });
  });

  it('M9: forbids nothing that the schema allows', () => {
    const whole = { formats: new Set(['date']), wholePatterns: true };
    expect(normalise({ enum: ['a', null] }).schema).toEqual({});
    expect(normalise({ format: 'email' }, whole).schema).toEqual({});
    expect(normalise({ format: 'date' }, whole).schema).toEqual({ format: 'date' });
    expect(normalise({ pattern: '^[a-z]+$' }, whole).schema).toEqual({ pattern: '[a-z]+' });
    expect(normalise({ pattern: '[a-z]+' }, whole).schema).toEqual({});
    expect(normalise({ pattern: '^(?=a)b$' }, whole).schema).toEqual({});
    expect(normalise({ type: 'number', exclusiveMinimum: 3 }).dropped).toEqual([
      'exclusiveMinimum',
    ]);
  });

  it('M9: has a required property and lone references where these are wanted', () => {
    const schema = { type: 'object', properties: { a: { $ref: '#/$defs/x', type: 'string' } } };
    const said = normalise(schema, { needsRequired: true, loneRefs: true });
    expect(said.schema).toEqual({
      type: 'object',
      properties: { a: { $ref: '#/$defs/x' } },
      required: ['a'],
    });
    expect(said.rewritten).toEqual(['required a', 'what stands beside $ref at /properties/a']);
  });

  it('M9: tells of a dozen places at most', () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(names.map((name) => [name, { maxLength: 1 }]));
    expect(schemaDetail(normalise({ properties }), dialect)).toMatch(/p11 and 8 more$/);
  });
});

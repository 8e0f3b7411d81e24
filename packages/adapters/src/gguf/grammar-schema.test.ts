import { describe, expect, it } from 'vitest';
import { grammarSchema, withoutNulls } from './grammar-schema.ts';

describe('a schema for a grammar', () => {
  it('M9: keeps types, bounds, choices and definitions, and names the keywords that it drops', () => {
    const schema = {
      title: 'Ticket',
      type: 'object',
      required: ['id', 'tags'],
      properties: {
        id: { type: 'string', minLength: 2, pattern: '^t' },
        tags: {
          type: 'array',
          items: { $ref: '#/definitions/tag' },
          maxItems: 3,
          uniqueItems: true,
        },
        size: { type: ['integer', 'null'], minimum: 1 },
      },
      definitions: { tag: { enum: ['red', 'blue'] } },
    };
    const written = grammarSchema(schema, 'null');
    expect(written.dropped.toSorted()).toEqual(['minimum', 'pattern', 'uniqueItems']);
    expect(written.schema).toEqual({
      $defs: { tag: { enum: ['red', 'blue'] } },
      type: 'object',
      additionalProperties: false,
      properties: {
        id: { type: 'string', minLength: 2 },
        tags: { type: 'array', maxItems: 3, items: { $ref: '#/$defs/tag' } },
        size: { oneOf: [{ oneOf: [{ type: 'integer' }, { type: 'null' }] }, { type: 'null' }] },
      },
    });
  });

  it('M9: what says nothing of its type may be anything, which an empty grammar would not be', () => {
    const { schema } = grammarSchema({ type: 'object', properties: { any: {} } }, 'written');
    expect(schema['properties']).toMatchObject({ any: { oneOf: [{}, { type: 'object' }, {}] } });
    expect(grammarSchema({ type: 'object' }, 'written').schema).toMatchObject({
      additionalProperties: true,
    });
  });

  it('M9: a null that stands for an absent property is taken out, one that is meant stays', () => {
    const schema = {
      type: 'object',
      required: ['kept'],
      properties: {
        kept: { type: ['string', 'null'] },
        gone: { type: 'string' },
        inner: { type: 'array', items: { type: 'object', properties: { gone: {} } } },
      },
    };
    const value = { kept: null, gone: null, inner: [{ gone: null }, { gone: 1 }] };
    expect(withoutNulls(value, schema)).toEqual({ kept: null, inner: [{}, { gone: 1 }] });
  });
});

import { describe, expect, it } from 'vitest';
import { whyNotStrict } from './strict-schema.ts';

const flat = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
const all = { allRequired: true, objectRoot: true, finite: true };

describe('a schema that answers are to be held to exactly', () => {
  it('M9: can be where every object has known properties, all of them required', () => {
    expect(whyNotStrict(flat, all)).toBeUndefined();
    const shared = {
      $defs: { s: flat },
      ...flat,
      anyOf: [{ $ref: '#/$defs/s' }, { $ref: '#/$defs/s' }],
    };
    expect(whyNotStrict(shared, all)).toBeUndefined();
  });

  it.each([
    [{ ...flat, required: [] }, 'the property a is optional'],
    [
      { ...flat, properties: { a: { type: 'object', properties: { deep: {} } } } },
      'deep is optional',
    ],
    [{ ...flat, additionalProperties: true }, 'properties without names'],
    [{ ...flat, properties: { a: { items: { patternProperties: {} } } } }, 'without names'],
    [{ type: 'array', items: flat }, 'no object'],
    [{ ...flat, properties: { a: { $ref: '#' } } }, 'holds itself'],
    [
      {
        ...flat,
        $defs: { n: { items: { $ref: '#/$defs/n' } } },
        properties: { a: { $ref: '#/$defs/n' } },
      },
      'holds itself',
    ],
    [{ ...flat, definitions: { n: { anyOf: [{ $ref: '#/definitions/n' }] } } }, 'holds itself'],
  ])('M9: %j cannot: %s', (schema, why) => {
    expect(whyNotStrict(schema, all)).toContain(why);
  });

  it('M9: may be what nobody demands otherwise', () => {
    const loose = { type: 'array', items: { ...flat, required: [], not: { $ref: '#' } } };
    expect(whyNotStrict(loose, {})).toBeUndefined();
  });
});

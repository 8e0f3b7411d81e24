import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json, JsonObject } from '../spec/json.ts';
import { hiddenFields, hide } from './hidden-fields.ts';

const number = z.string().meta({ sensitive: true });
const card = z.object({ number, town: z.string() });
const CARD = { number: '4111', town: 'Bern' };
const HIDDEN = { number: '*', town: 'Bern' };

describe('what a schema calls sensitive', () => {
  it.each([
    ['below nullable', z.object({ card: card.nullable() }), { card: CARD }, { card: HIDDEN }],
    ['where it is null', z.object({ card: card.nullable() }), { card: null }, { card: null }],
    ['in a union', z.object({ by: z.union([z.string(), card]) }), { by: CARD }, { by: HIDDEN }],
    ['beside a union', z.object({ by: z.union([z.string(), card]) }), { by: 'x' }, { by: 'x' }],
    ['in an intersection', card.and(z.object({ a: z.string() })), CARD, HIDDEN],
    ['in a record', z.record(z.string(), card), { any: CARD }, { any: HIDDEN }],
    ['in a list', z.array(card), [CARD, CARD], [HIDDEN, HIDDEN]],
    ['in its place in a tuple', z.tuple([z.string(), number]), ['Bern', '4111'], ['Bern', '*']],
    ['behind a tuple', z.tuple([z.string()], number), ['Bern', '4111'], ['Bern', '*']],
    ['in a default', z.object({ card: card.default(CARD) }), { card: CARD }, { card: HIDDEN }],
    [
      'beside a loose object',
      z.looseObject({ number }),
      { number: '1', x: '2' },
      { number: '*', x: '2' },
    ],
    ['in what is caught', z.object({}).catchall(number), { x: '4111' }, { x: '*' }],
  ])('X2: is hidden %s', (_name, schema, value, shown) => {
    for (const reused of ['inline', 'ref'] as const) {
      expect(hidden(z.toJSONSchema(schema, { io: 'input', reused }) as never, value)).toEqual(
        shown,
      );
    }
  });

  it('X2: is hidden at any depth of what refers to itself', () => {
    const node = z.object({
      number,
      town: z.string(),
      get below() {
        return z.array(node).optional();
      },
    });
    let value: Json = CARD;
    let shown: Json = HIDDEN;
    for (let depth = 0; depth < 40; depth++) {
      value = { ...CARD, below: [value] };
      shown = { ...HIDDEN, below: [shown] };
    }
    expect(hidden(z.toJSONSchema(node) as never, value)).toEqual(shown);
  });

  it.each<[string, JsonObject, Json, Json]>([
    [
      'by a pattern of names',
      { properties: { a: {} }, patternProperties: { '^secret': { sensitive: true } } },
      { a: 'x', secretA: 'y', b: 'z' },
      { a: 'x', secretA: '*', b: 'z' },
    ],
    [
      'by a pattern that could take too long',
      { patternProperties: { '(a+)+$': { sensitive: true } } },
      { b: 'z' },
      { b: '*' },
    ],
    [
      'by a condition',
      { if: { required: ['a'] }, else: { properties: { b: { writeOnly: true } } } },
      { b: 'z' },
      { b: '*' },
    ],
    [
      'where a field is there',
      { dependentSchemas: { a: { properties: { b: { sensitive: true } } } } },
      { b: 'z' },
      { b: '*' },
    ],
    [
      'by lists of draft 7',
      { items: [{}, { format: 'password' }], additionalItems: { sensitive: true } },
      ['a', 'b', 'c'],
      ['a', '*', '*'],
    ],
    [
      'by a reference to the whole',
      { properties: { a: { $ref: '#' }, b: { sensitive: true } } },
      { a: { b: 'x' } },
      { a: { b: '*' } },
    ],
    [
      'by a pointer with marks of its own',
      { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { properties: { x: { sensitive: true } } } } },
      { x: '1' },
      { x: '*' },
    ],
  ])('X2: is hidden %s', (_name, schema, value, shown) => {
    expect(hidden(schema, value)).toEqual(shown);
  });

  it.each<[string, JsonObject]>([
    ['a reference elsewhere', { $ref: 'https://example.com/card.json' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a reference to an anchor', { $ref: '#card' }],
    [
      'a mark below a word that is not known',
      { contentSchema: { properties: { a: { sensitive: true } } } },
    ],
    ['names that are sensitive', { propertyNames: { sensitive: true } }],
  ])('X2: hides the whole value past what is understood: %s', (_name, schema) => {
    const within = { properties: { card: schema, town: {} } };
    expect(hidden(within, { card: { a: 'x' }, town: 'Bern' })).toEqual({ card: '*', town: 'Bern' });
  });

  it('X2: hides a value that is nothing of what has the hidden part', () => {
    const schema = z.toJSONSchema(z.object({ card })) as never;
    expect(hidden(schema, { card: '{"number":"4111"}' })).toEqual({ card: '*' });
    expect(hidden(schema, { card: [CARD] })).toEqual({ card: '*' });
    expect(hidden(schema, '{"card": {"number": "41')).toBe('*');
    expect(hide('{"pin": 1', parts({}, ['pin']), () => '*')).toBe('*');
  });

  it('X2: leaves words of a schema that are values, and texts that say what went wrong', () => {
    const schema = {
      properties: { a: { default: { sensitive: true }, enum: [{ writeOnly: true }] } },
    };
    expect(hiddenFields({ input: { jsonSchema: schema } as never }).input).toBeUndefined();
    const output = { jsonSchema: z.toJSONSchema(card) } as never;
    const { output: ofOutput } = hiddenFields({ output });
    if (ofOutput === undefined) throw new Error('nothing is hidden');
    expect(hide('no such card', ofOutput, () => '*')).toBe('no such card');
    expect(hide(CARD, ofOutput, () => '*')).toEqual(HIDDEN);
  });

  it('X2: hides what a tool names, in the entries of a list too', () => {
    expect(hide([{ pin: 1, a: 2 }], parts({}, ['pin']), () => '*')).toEqual([{ pin: '*', a: 2 }]);
    const both = { items: { properties: { x: { sensitive: true } } } };
    expect(hide([{ pin: 1, x: 2 }], parts(both, ['pin']), () => '*')).toEqual([
      { pin: '*', x: '*' },
    ]);
  });

  it('X2: gives the very value where nothing of it is hidden, and keeps names of prototypes', () => {
    const schema = { properties: { a: { sensitive: true } }, additionalProperties: true };
    const value = { b: { c: 1 } };
    expect(hidden(schema, value)).toBe(value);
    const odd = JSON.parse('{"a":1,"__proto__":{"x":1},"toString":2}') as Json;
    expect(JSON.stringify(hidden(schema, odd))).toBe('{"a":"*","__proto__":{"x":1},"toString":2}');
  });
});

function parts(schema: JsonObject, sensitive: readonly string[]) {
  const { input } = hiddenFields({ input: { jsonSchema: schema } as never, sensitive });
  if (input === undefined) throw new Error('nothing is hidden');
  return input;
}

function hidden(schema: JsonObject, value: Json): Json {
  return hide(value, parts(schema, []), () => '*');
}

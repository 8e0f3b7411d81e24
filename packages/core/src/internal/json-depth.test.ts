import { expect, it } from 'vitest';
import type { Json } from '../spec/json.ts';
import { DEEPEST, isTooDeep } from './json-depth.ts';

function nested(levels: number, wrap: (inner: Json) => Json): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

const WRAPS: readonly (readonly [string, (inner: Json) => Json])[] = [
  ['arrays', (inner) => [1, inner]],
  ['objects', (inner) => ({ b: 1, a: inner })],
];

it.each(WRAPS)('M18: %s are read to a depth, and found out beyond it', (_, wrap) => {
  expect(isTooDeep(nested(DEEPEST, wrap))).toBe(false);
  expect(isTooDeep(nested(DEEPEST + 1, wrap))).toBe(true);
  expect(isTooDeep(nested(100_000, wrap))).toBe(true);
});

it.each([null, undefined, 1, 'text', [], {}])('M18: %j is not deep', (value) => {
  expect(isTooDeep(value)).toBe(false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireWhole } from '../src/guards.ts';

test('a whole number of at least the minimum comes back', () => {
  assert.equal(requireWhole('limit', 0, 0), 0);
  assert.equal(requireWhole('width', 80, 1), 80);
});

for (const wrong of [-1, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${wrong} is refused by name and value`, () => {
    assert.throws(() => requireWhole('limit', wrong, 0), {
      name: 'RangeError',
      message: `limit must be a whole number of at least 0, not ${wrong}.`,
    });
  });
}

test('the minimum is part of the sentence', () => {
  assert.throws(() => requireWhole('width', 0, 1), /width .* at least 1, not 0/);
});

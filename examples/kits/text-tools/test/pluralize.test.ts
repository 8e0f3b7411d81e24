import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pluralize } from '../src/pluralize.ts';

const pairs: readonly (readonly [string, string])[] = [
  ['cat', 'cats'],
  ['box', 'boxes'],
  ['church', 'churches'],
  ['bus', 'buses'],
  ['city', 'cities'],
  ['day', 'days'],
  ['soliloquy', 'soliloquies'],
  ['leaf', 'leaves'],
  ['roof', 'roofs'],
  ['potato', 'potatoes'],
  ['photo', 'photos'],
  ['child', 'children'],
  ['mouse', 'mice'],
  ['analysis', 'analyses'],
  ['sheep', 'sheep'],
];

for (const [one, many] of pairs) {
  test(`${one} becomes ${many}`, () => {
    assert.equal(pluralize(one), many);
  });
}

test('one of a thing stays singular, any other count does not', () => {
  assert.equal(pluralize('box', 1), 'box');
  assert.equal(pluralize('box', 0), 'boxes');
  assert.equal(pluralize('box', 1.5), 'boxes');
});

test('the case of the word is kept', () => {
  assert.equal(pluralize('Child'), 'Children');
  assert.equal(pluralize('BOX'), 'BOXES');
  assert.equal(pluralize('City'), 'Cities');
});

test('only the last word of a phrase changes', () => {
  assert.equal(pluralize('grown child'), 'grown children');
  assert.equal(pluralize('mail-box'), 'mail-boxes');
});

test('nothing has no plural', () => {
  assert.equal(pluralize(''), '');
});

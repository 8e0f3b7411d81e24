import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levenshtein, similarity } from '../src/similarity.ts';

test('equal texts are no edit apart', () => {
  assert.equal(levenshtein('kitten', 'kitten'), 0);
  assert.equal(levenshtein('', ''), 0);
});

test('insertions, deletions and changes count one each', () => {
  assert.equal(levenshtein('kitten', 'sitting'), 3);
  assert.equal(levenshtein('', 'abc'), 3);
  assert.equal(levenshtein('abc', ''), 3);
  assert.equal(levenshtein('flaw', 'lawn'), 2);
});

test('the order of the two texts does not matter', () => {
  assert.equal(levenshtein('saturday', 'sunday'), levenshtein('sunday', 'saturday'));
});

test('an edit is one grapheme, whatever its encoding', () => {
  assert.equal(levenshtein('👩‍👩‍👧', '👍🏽'), 1);
  assert.equal(levenshtein('cafe\u0301', 'caf\u00e9'), 0);
});

test('similarity goes from 0 to 1', () => {
  assert.equal(similarity('abc', 'abc'), 1);
  assert.equal(similarity('', ''), 1);
  assert.equal(similarity('abc', 'xyz'), 0);
  assert.equal(similarity('abcd', 'abcx'), 0.75);
});

test('case counts', () => {
  assert.equal(similarity('ABC', 'abc'), 0);
});

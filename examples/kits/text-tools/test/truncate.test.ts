import assert from 'node:assert/strict';
import { test } from 'node:test';
import { truncate } from '../src/truncate.ts';

test('a text that fits comes back as it is', () => {
  assert.equal(truncate('hello', 5), 'hello');
  assert.equal(truncate('', 0), '');
  assert.equal(truncate('trailing  ', 10), 'trailing  ');
});

test('the ellipsis counts towards the limit', () => {
  assert.equal(truncate('hello world', 8), 'hello w…');
  assert.equal(truncate('hello world', 8, { ellipsis: '...' }), 'hello...');
});

test('no space is left before the ellipsis', () => {
  assert.equal(truncate('hello world', 7), 'hello…');
});

test('graphemes are never cut in two', () => {
  assert.equal(truncate('👩‍👩‍👧👍🏽🇳🇱!', 3), '👩‍👩‍👧👍🏽…');
  assert.equal(truncate('e\u0301e\u0301e\u0301', 2), 'e\u0301…');
});

test('at a word, the cut goes back to the end of a whole word', () => {
  assert.equal(truncate('the quick brown fox', 14, { at: 'word' }), 'the quick…');
  assert.equal(truncate('the quick brown fox', 16, { at: 'word' }), 'the quick brown…');
});

test('a first word that is too long is cut all the same', () => {
  assert.equal(truncate('incomprehensible', 6, { at: 'word' }), 'incom…');
  assert.equal(truncate('  incomprehensible', 6, { at: 'word' }), '  inc…');
});

test('an ellipsis longer than the limit is cut to it', () => {
  assert.equal(truncate('hello', 2, { ellipsis: '...' }), '..');
  assert.equal(truncate('hello', 0), '');
});

test('a limit that is no whole number is refused', () => {
  assert.throws(() => truncate('hello', -1), RangeError);
  assert.throws(() => truncate('hello', 2.5), RangeError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from '../src/wrap.ts';

test('lines break between words', () => {
  assert.equal(wrap('the quick brown fox jumps', 10), 'the quick\nbrown fox\njumps');
});

test('a line may be filled to its last column', () => {
  assert.equal(wrap('aaa bbb ccc', 7), 'aaa bbb\nccc');
});

test('line breaks of the text stay, and so do empty lines', () => {
  assert.equal(wrap('one\n\ntwo three', 5), 'one\n\ntwo\nthree');
  assert.equal(wrap('one\r\ntwo', 5), 'one\ntwo');
});

test('runs of space become one, and none is left at an end', () => {
  assert.equal(wrap('  one \t two  ', 20), 'one two');
});

test('a word longer than a line is cut', () => {
  assert.equal(wrap('a incomprehensible b', 6), 'a\nincomp\nrehens\nible b');
});

test('width is counted in graphemes', () => {
  assert.equal(wrap('👩‍👩‍👧👩‍👩‍👧 👍🏽', 2), '👩‍👩‍👧👩‍👩‍👧\n👍🏽');
});

test('the indent starts every line with text and counts', () => {
  assert.equal(wrap('one two\n\nthree', 7, { indent: '  ' }), '  one\n  two\n\n  three');
});

test('a width without room for text is refused', () => {
  assert.throws(() => wrap('one', 0), RangeError);
  assert.throws(() => wrap('one', 2, { indent: '  ' }), RangeError);
});

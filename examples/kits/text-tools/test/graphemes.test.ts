import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countGraphemes, splitGraphemes } from '../src/graphemes.ts';

test('plain letters are one grapheme each', () => {
  assert.deepEqual(splitGraphemes('abc'), ['a', 'b', 'c']);
});

test('a letter and its combining marks stay together', () => {
  assert.deepEqual(splitGraphemes('e\u0301a'), ['e\u0301', 'a']);
});

test('joined emoji, skin tones and flags are one grapheme each', () => {
  assert.deepEqual(splitGraphemes('👩‍👩‍👧👍🏽🇳🇱'), ['👩‍👩‍👧', '👍🏽', '🇳🇱']);
});

test('a CRLF is one grapheme', () => {
  assert.equal(countGraphemes('a\r\nb'), 3);
});

test('the empty text has none', () => {
  assert.deepEqual(splitGraphemes(''), []);
  assert.equal(countGraphemes(''), 0);
});

test('the parts put together are the text', () => {
  const text = 'Żółw 🏴󠁧󠁢󠁳󠁣󠁴󠁿 नमस्ते \ud800 end';
  assert.equal(splitGraphemes(text).join(''), text);
  assert.equal(splitGraphemes(text).length, countGraphemes(text));
});

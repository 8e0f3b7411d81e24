import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samples } from './samples.ts';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

test('every sample has a name of its own', () => {
  assert.equal(new Set(samples.map(({ name }) => name)).size, samples.length);
  assert.ok(samples.every(({ name }) => name.trim() !== ''));
});

test('every sample says truly how many graphemes it has', () => {
  for (const { name, text, graphemes } of samples) {
    assert.equal([...segmenter.segment(text)].length, graphemes, name);
  }
});

const needed: readonly (readonly [string, (text: string) => boolean])[] = [
  ['the empty text', (text) => text === ''],
  ['plain words', (text) => /^[a-z]+( [a-z]+)+$/i.test(text)],
  ['a combining mark', (text) => /\p{L}\u0301/u.test(text)],
  ['a family joined by U+200D', (text) => text.includes('\u200d')],
  ['a flag', (text) => /\p{Regional_Indicator}{2}/u.test(text)],
  ['a right-to-left script', (text) => /\p{Script=Arabic}|\p{Script=Hebrew}/u.test(text)],
  ['a script without spaces', (text) => /\p{Script=Han}{4}/u.test(text)],
  ['a CRLF line break', (text) => text.includes('\r\n')],
  ['one word longer than a line', (text) => /^\S{60,}$/.test(text)],
];

for (const [what, isThere] of needed) {
  test(`the samples hold ${what}`, () => {
    assert.ok(samples.some(({ text }) => isThere(text)));
  });
}

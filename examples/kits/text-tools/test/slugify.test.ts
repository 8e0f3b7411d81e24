import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slugify } from '../src/slugify.ts';

test('words are lower case and joined by the separator', () => {
  assert.equal(slugify('Hello, big World!'), 'hello-big-world');
  assert.equal(slugify('Hello, big World!', { separator: '_' }), 'hello_big_world');
});

test('no separator doubles, leads or trails', () => {
  assert.equal(slugify('  --Already -- slugged--  '), 'already-slugged');
});

test('accents go, and letters that have none are spelt out', () => {
  assert.equal(slugify('Crème Brûlée'), 'creme-brulee');
  assert.equal(slugify('Straße nach Łódź, Ærø'), 'strasse-nach-lodz-aero');
});

test('an apostrophe does not split a word', () => {
  assert.equal(slugify("Don't panic, it’s fine"), 'dont-panic-its-fine');
});

test('an ampersand is a word', () => {
  assert.equal(slugify('salt & pepper'), 'salt-and-pepper');
});

test('other scripts keep their letters', () => {
  assert.equal(slugify('한국어 문서'), '한국어-문서');
  assert.equal(slugify('Привет, мир'), 'привет-мир');
  assert.equal(slugify('हिन्दी पाठ'), 'हिन्दी-पाठ');
});

test('a slug is cut between words where it can be', () => {
  assert.equal(slugify('the quick brown fox', { maxLength: 12 }), 'the-quick');
  assert.equal(slugify('the quick brown fox', { maxLength: 9 }), 'the-quick');
  assert.equal(slugify('incomprehensible', { maxLength: 5 }), 'incom');
  assert.equal(slugify('incomprehensible words', { maxLength: 5 }), 'incom');
});

test('a longest length that is no whole number is refused', () => {
  assert.throws(() => slugify('a', { maxLength: -1 }), {
    name: 'RangeError',
    message: /maxLength/,
  });
});

test('nothing worth a slug is the empty slug', () => {
  assert.equal(slugify(''), '');
  assert.equal(slugify('!?* 🎉'), '');
});

test('a separator that means something in a pattern is taken as it is', () => {
  assert.equal(slugify('a b.c', { separator: '.' }), 'a.b.c');
  assert.equal(slugify('a b', { separator: '$&' }), 'a$&b');
});

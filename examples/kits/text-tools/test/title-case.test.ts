import assert from 'node:assert/strict';
import { test } from 'node:test';
import { titleCase } from '../src/title-case.ts';

test('words start with a capital', () => {
  assert.equal(titleCase('hello big world'), 'Hello Big World');
});

test('small words stay small', () => {
  assert.equal(titleCase('the lord of the rings'), 'The Lord of the Rings');
  assert.equal(titleCase('War And Peace'), 'War and Peace');
});

test('but not at either end, nor after a colon', () => {
  assert.equal(titleCase('what is it for'), 'What Is It For');
  assert.equal(titleCase('dune: the making of'), 'Dune: The Making Of');
});

test('capitals inside a word are kept', () => {
  assert.equal(titleCase('my iPhone and the NASA app'), 'My iPhone and the NASA App');
});

test('the parts of a hyphenated word count as words', () => {
  assert.equal(titleCase('state-of-the-art sign-in'), 'State-of-the-Art Sign-In');
});

test('punctuation before a word is no letter', () => {
  assert.equal(titleCase('he said "stop" (twice)'), 'He Said "Stop" (Twice)');
});

test('letters beyond ASCII have capitals too', () => {
  assert.equal(titleCase('élan vital à ñandú'), 'Élan Vital À Ñandú');
});

test('space stays as it is', () => {
  assert.equal(titleCase('  two  spaces\n'), '  Two  Spaces\n');
  assert.equal(titleCase(''), '');
});

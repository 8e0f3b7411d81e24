import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillTemplate } from '../src/template.ts';

test('placeholders become their values', () => {
  assert.equal(fillTemplate('Hello, {{name}}!', { name: 'Ada' }), 'Hello, Ada!');
  assert.equal(fillTemplate('{{ a }}{{b}}{{a}}', { a: 1, b: false }), '1false1');
});

test('a dotted name goes down', () => {
  assert.equal(fillTemplate('{{user.name.first}}', { user: { name: { first: 'Ada' } } }), 'Ada');
});

test('a value is never read as a template or a pattern', () => {
  assert.equal(fillTemplate('{{a}}', { a: '{{b}} $& $1', b: 'no' }), '{{b}} $& $1');
});

test('a missing value is an error that names it', () => {
  assert.throws(() => fillTemplate('{{user.nam}}', { user: { name: 'Ada' } }), {
    name: 'RangeError',
    message: /user\.nam/,
  });
});

test('or stays, or is nothing, when that is asked for', () => {
  assert.equal(fillTemplate('<{{ x }}>', {}, { missing: 'keep' }), '<{{ x }}>');
  assert.equal(fillTemplate('<{{ x }}>', {}, { missing: 'empty' }), '<>');
});

test('only own values count', () => {
  assert.throws(() => fillTemplate('{{constructor}}', {}), RangeError);
  assert.throws(() => fillTemplate('{{name.length}}', { name: 'Ada' }), RangeError);
  assert.equal(fillTemplate('{{toString}}', {}, { missing: 'empty' }), '');
});

test('a group of values is no value', () => {
  assert.throws(() => fillTemplate('{{user}}', { user: { name: 'Ada' } }), RangeError);
});

test('braces that are no placeholder stay', () => {
  assert.equal(fillTemplate('{a} {{}} {{ two words }}', { a: 1 }), '{a} {{}} {{ two words }}');
});

test('a backslash keeps a placeholder from being filled', () => {
  assert.equal(fillTemplate('\\{{name}} is {{name}}', { name: 'Ada' }), '{{name}} is Ada');
});

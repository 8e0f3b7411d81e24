import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent } from '../src/dedent.ts';

test('the indent that all lines share goes', () => {
  assert.equal(dedent('    one\n      two\n    three'), 'one\n  two\nthree');
});

test('a first and a last line without text go too', () => {
  assert.equal(
    dedent(`
      one
        two
    `),
    'one\n  two',
  );
});

test('blank lines neither count nor keep their spaces', () => {
  assert.equal(dedent('    one\n\n  \n    two'), 'one\n\n\ntwo');
});

test('tabs and spaces are not mistaken for one another', () => {
  assert.equal(dedent('\t\tone\n\t  two'), '\tone\n  two');
  assert.equal(dedent('\tone\n    two'), '\tone\n    two');
});

test('a text without an indent stays', () => {
  assert.equal(dedent('one\n  two'), 'one\n  two');
});

test('text without any word is empty', () => {
  assert.equal(dedent(''), '');
  assert.equal(dedent('  \n\t\n'), '');
});

test('CRLF is read, and LF is written', () => {
  assert.equal(dedent('\r\n  one\r\n  two\r\n'), 'one\ntwo');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as library from '../src/index.ts';

const functions = [
  'countGraphemes',
  'dedent',
  'fillTemplate',
  'formatCsvLine',
  'levenshtein',
  'parseCsvLine',
  'pluralize',
  'similarity',
  'slugify',
  'splitGraphemes',
  'titleCase',
  'truncate',
  'wrap',
];

test('the library exports its functions, its version and nothing else', () => {
  assert.deepEqual(Object.keys(library).sort(), [...functions, 'version'].sort());
});

test('every one of them is a function', () => {
  const { version, ...rest } = library;
  assert.equal(typeof version, 'string');
  for (const [name, value] of Object.entries(rest)) assert.equal(typeof value, 'function', name);
});

test('the version is that of the package', () => {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  assert.equal(library.version, JSON.parse(file).version);
});

test('the functions work together', () => {
  const heading = library.titleCase(
    library.fillTemplate('{{n}} {{what}}', { n: 2, what: library.pluralize('city', 2) }),
  );
  assert.equal(heading, '2 Cities');
  assert.equal(library.slugify(library.truncate(heading, 6)), '2-cit');
});

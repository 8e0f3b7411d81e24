import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as csv from '../src/csv.ts';
import * as dedent from '../src/dedent.ts';
import * as graphemes from '../src/graphemes.ts';
import * as pluralize from '../src/pluralize.ts';
import * as similarity from '../src/similarity.ts';
import * as slugify from '../src/slugify.ts';
import * as template from '../src/template.ts';
import * as titleCase from '../src/title-case.ts';
import * as truncate from '../src/truncate.ts';
import * as wrap from '../src/wrap.ts';

const functions: Readonly<Record<string, unknown>> = {
  ...csv,
  ...dedent,
  ...graphemes,
  ...pluralize,
  ...similarity,
  ...slugify,
  ...template,
  ...titleCase,
  ...truncate,
  ...wrap,
};
const guide = readFileSync(new URL('../docs/usage.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/^(\w+\(.*\)); \/\/ (.+)$/gm)];

for (const name of Object.keys(functions)) {
  test(`the guide shows ${name} at work`, () => {
    assert.ok(examples.some(([, call]) => call?.startsWith(`${name}(`)));
  });
}

for (const [, call = '', value = ''] of examples) {
  test(`${call} gives ${value}`, () => {
    assert.deepEqual(evaluate(call), evaluate(value));
  });
}

function evaluate(expression: string): unknown {
  const names = Object.keys(functions);
  return new Function(...names, `return (${expression});`)(...names.map((name) => functions[name]));
}

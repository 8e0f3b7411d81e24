import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countGraphemes } from '../src/graphemes.ts';
import { truncate } from '../src/truncate.ts';
import { wrap } from '../src/wrap.ts';
import { samples } from './samples.ts';

const sizes = [1, 2, 3, 5, 8, 13, 40];

for (const { name, text } of samples) {
  test(`${name}: truncate never passes its limit`, () => {
    for (const limit of [0, ...sizes]) {
      for (const at of ['grapheme', 'word'] as const) {
        assert.ok(countGraphemes(truncate(text, limit, { at })) <= limit, `${limit} at ${at}`);
      }
    }
  });

  test(`${name}: no line of wrap passes its width`, () => {
    for (const width of sizes) {
      for (const line of wrap(text, width).split('\n')) {
        assert.ok(countGraphemes(line) <= width, `${width}: ${line}`);
      }
    }
  });

  test(`${name}: wrap loses and adds nothing but space`, () => {
    for (const width of sizes) {
      assert.equal(wrap(text, width).replace(/\s/g, ''), text.replace(/\s/g, ''));
    }
  });

  test(`${name}: wrapping twice is wrapping once`, () => {
    for (const width of sizes) assert.equal(wrap(wrap(text, width), width), wrap(text, width));
  });
}

import { expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

it('T1: a text stands for itself, and anything else is shown as JSON', () => {
  expect(['a "b"', '', null, 7, ['x'], { y: 'z' }].map(jsonText)).toEqual([
    'a "b"',
    '',
    'null',
    '7',
    '["x"]',
    '{"y":"z"}',
  ]);
});

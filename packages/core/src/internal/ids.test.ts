import { expect, it } from 'vitest';
import { createIds } from './ids.ts';

it('R1: ids differ, have one length, and sort as they were made', () => {
  const ids = createIds(1_764_000_000_000);
  const made = Array.from({ length: 2_500 }, ids);
  expect(new Set(made).size).toBe(2_500);
  expect(made.map(({ length }) => length)).toEqual(made.map(() => 29));
  expect(made.toSorted()).toEqual(made);
  expect(made[0]).toMatch(/^[0-9a-z]{9}[0-9a-f]{10}1000000000$/);
});

it('R1: ids of two makers of one moment differ', () => {
  expect(createIds(5)()).not.toBe(createIds(5)());
});

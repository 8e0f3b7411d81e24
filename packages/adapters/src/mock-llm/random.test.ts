import { expect, it } from 'vitest';
import { createRandom } from './random.ts';

const take = (seed: number, n: number): readonly number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, random);
};

it('M17: a seed gives the same numbers every time, and neighbouring seeds give others', () => {
  expect(take(7, 5)).toEqual(take(7, 5));
  expect(take(7, 5)).not.toEqual(take(8, 5));
});

it('M17: numbers lie in [0, 1) and about the middle, from any seed', () => {
  for (const seed of [-1, 0, 1, 2 ** 32, 2 ** 40]) {
    const numbers = take(seed, 2000);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  }
});

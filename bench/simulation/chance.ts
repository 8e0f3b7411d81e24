import type { Random } from '../harness/random.ts';

/** One of several. */
export function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** A value, or none, with the same chance. */
export function half<T>(random: Random, value: T): T | undefined {
  return random() < 0.5 ? value : undefined;
}

/** As many numbers, from 0 on, as chance says between two bounds. */
export function times(random: Random, least: number, most: number): readonly number[] {
  const count = least + Math.floor(random() * (most - least + 1));
  return Array.from({ length: count }, (_, index) => index);
}

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { randomText, seeded } from './random.ts';

describe('chance with a seed', () => {
  it('Q1: repeats itself for one seed and not for another', () => {
    const draw = (seed: number): readonly number[] => Array.from({ length: 20 }, seeded(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('Q1: spreads evenly from 0 to 1', () => {
    const random = seeded(1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw++) {
      const tenth = Math.floor(random() * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    expect(counts).toHaveLength(10);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('Q1: makes text that hardly compresses', () => {
    const text = randomText(seeded(1), 10_000);
    expect(text).toHaveLength(10_000);
    expect(gzipSync(text).length).toBeGreaterThan(7_000);
  });
});

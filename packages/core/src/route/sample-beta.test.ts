import { describe, expect, it } from 'vitest';
import { seeded } from '../internal/seeded.ts';
import { QualityBook } from './quality.ts';
import { explore, sampleBeta } from './sample-beta.ts';

describe('sampleBeta', () => {
  it.each([
    [2, 3],
    [0.5, 0.5],
    [40, 10],
  ])('M14: draws with the mean and spread of Beta(%d, %d)', (alpha, beta) => {
    const random = seeded(7);
    const draws = Array.from({ length: 20_000 }, () => sampleBeta({ alpha, beta }, random));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    const total = alpha + beta;
    expect(mean).toBeCloseTo(alpha / total, 2);
    expect(variance).toBeCloseTo((alpha * beta) / (total ** 2 * (total + 1)), 2);
    expect(draws.every((one) => one >= 0 && one <= 1)).toBe(true);
  });

  it('M14: ends whatever its source of chance gives', () => {
    for (const constant of [0, 0.5, 1 - 2 ** -32]) {
      const drawn = sampleBeta({ alpha: 3, beta: 2 }, () => constant);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThanOrEqual(1);
    }
  });

  it('M14: explores half as far as a draw, and the same for the same chance', () => {
    const belief = new QualityBook().of('m', 'code');
    const draw = sampleBeta(belief, seeded(3));
    expect(explore(belief, seeded(3))).toBeCloseTo((belief.mean + draw) / 2, 12);
  });
});

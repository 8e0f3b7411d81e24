import { describe, expect, it } from 'vitest';
import { answerFeatures, FEATURES } from './answer-features.ts';

const task = 'Ann has 12 eggs and sells 5. How many are left?';

function shown(answer: string): Record<string, number> {
  const values = answerFeatures(task, answer);
  return Object.fromEntries(FEATURES.map((name, at) => [name, values[at] ?? Number.NaN]));
}

describe('answerFeatures', () => {
  it('L8: has one finite number for each feature', () => {
    for (const answer of ['', '12', 'x'.repeat(50_000)]) {
      const values = answerFeatures(task, answer);
      expect(values).toHaveLength(FEATURES.length);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('L8: sees what makes an answer doubtful', () => {
    const sound = shown('12 - 5 = 7. The answer is 7.');
    const doubtful = shown('However, 12 - 4 = 7.5');
    expect(sound).toMatchObject({
      'a sum that does not come out': 0,
      'no stated answer': 0,
      'doubt in its own words': 0,
      'a result that is no whole number': 0,
      'numbers of the task that it does not use': 0,
    });
    expect(doubtful).toMatchObject({
      'a sum that does not come out': 1,
      'no stated answer': 1,
      'doubt in its own words': 1,
      'a result that is no whole number': 1,
    });
    expect(doubtful['numbers of the task that it does not use']).toBeGreaterThan(0);
  });
});

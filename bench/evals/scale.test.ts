import { describe, expect, it } from 'vitest';
import { evaluateScale } from './scale.ts';

const SMALL = {
  slots: 2,
  answerMs: 200,
  most: 2,
  rounds: 1,
  measureMs: 1_500,
  settleMs: 1_000,
  nodes: 1,
};

describe('the evaluation of scale', { tags: ['slow'] }, () => {
  it('R12: measures crews in turns and puts their ratio beside its bar', {
    timeout: 60_000,
  }, async () => {
    const said: string[] = [];
    const { figures, notes } = await evaluateScale(SMALL, (line) => said.push(line));
    const of = Object.fromEntries(figures.map((figure) => [figure.metric, figure]));
    expect(of['ratio']).toMatchObject({ atLeast: 3, n: 1 });
    expect(of['one']?.value).toBeGreaterThan(1);
    expect(of['one']?.value).toBeLessThanOrEqual((2 * 1_000) / 200 + 2);
    expect(of['many']?.value).toBeGreaterThan(of['one']?.value ?? Number.POSITIVE_INFINITY);
    expect(notes).toEqual([]);
    expect(said).toHaveLength(1);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport } from '../harness/eval-work.ts';
import { work } from './routing.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'routing-eval-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the evaluation of routing', () => {
  it('M14 L8: finds the order where questions and answers tell it', async () => {
    const { figures, notes } = await evaluate('answers.jsonl', answered);
    expect(figureOf(figures, 'random', 'apgr')).toBeCloseTo(0.5, 0);
    expect(figureOf(figures, 'learned', 'apgr')).toBeGreaterThan(0.7);
    expect(figureOf(figures, 'cascade', 'apgr')).toBeGreaterThan(0.7);
    expect(figureOf(figures, 'learned', 'brierToBaseRate')).toBeLessThan(0.8);
    expect(notes.join('\n')).toContain('random part of the test set');
  }, 30_000);

  it('M14 L6: plays the bandit where kinds are told, within its budget', async () => {
    const { figures } = await evaluate('kinds.jsonl', (at) => {
      const { weak_response: _weak, strong_response: _strong, ...row } = answered(at);
      return { ...row, subject: at % 3 === 0 ? 'hard' : 'easy' };
    });
    expect(figureOf(figures, 'bandit', 'gain25')).toBeGreaterThan(5);
    // Money gets dear by a hundredth a question: over so few it is overspent until the price is found.
    expect(figureOf(figures, 'bandit', 'budgetOff25')).toBeLessThan(15);
    expect(new Set(figures.map(({ subject }) => subject))).toEqual(
      new Set([
        'random',
        'length',
        'learned',
        'learned-no-kind',
        'learned-unseen',
        'length-unseen',
        'bandit',
      ]),
    );
  }, 30_000);

  it('M14: says what is wrong with data that is not there, or too little', async () => {
    await expect(evaluate('few.jsonl', answered, 20)).rejects.toThrow('too few rows (20)');
    await expect(
      work.evaluate({ data: join(folder, 'nowhere'), progress: () => undefined }),
    ).rejects.toThrow('--data');
  });
});

/** Every third question is of a sort that only the strong model answers right. */
function answered(at: number): Readonly<Record<string, unknown>> {
  const isHard = at % 3 === 0;
  return {
    prompt: isHard ? `Prove the lemma number ${at} about rings` : `Add ${at} and two numbers`,
    strong: at % 10 !== 0,
    weak: !isHard,
    weak_response: isHard ? 'However, 2 + 2 = 5' : 'The answer is 4',
    strong_response: 'Known',
  };
}

async function evaluate(
  name: string,
  rowAt: (at: number) => object,
  rows = 600,
): Promise<EvalReport> {
  const file = join(folder, name);
  const lines = Array.from({ length: rows }, (_, at) => JSON.stringify(rowAt(at)));
  writeFileSync(file, lines.join('\n'));
  return await work.evaluate({ data: file, progress: () => undefined });
}

function figureOf(figures: EvalReport['figures'], subject: string, metric: string): number {
  const found = figures.find((one) => one.subject === subject && one.metric === metric);
  return found?.value ?? Number.NaN;
}

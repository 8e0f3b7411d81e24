import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport } from '../harness/eval-work.ts';
import { work } from './savings.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'savings-eval-'));
  mkdirSync(join(folder, 'routing'));
  const feature = join(folder, 'specs/owner+name/specs/001-small');
  mkdirSync(feature, { recursive: true });
  writeFileSync(join(feature, 'tasks.md'), TASKS);
  writeFileSync(join(feature, 'spec.md'), SPEC);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the evaluation of savings', () => {
  it('L8: saves the strong model’s tokens where answers tell which are wrong, and says what that takes', async () => {
    const { figures, notes } = await evaluate('answers.jsonl', answered);
    const of = (subject: string, metric: string) => figureOf(figures, `answers/${subject}`, metric);
    const saved = (subject: string, metric: string): number =>
      of(subject, metric)?.value ?? Number.NaN;
    // Two of three are answered right by the weak model, and a check or the look of an answer tells which.
    // After a refusal, the strong model is told of the refused answer as well, and pays for reading it.
    for (const [subject, least] of [
      ['cascade-checked', 20],
      ['cascade-0.08', 50],
    ] as const) {
      expect(saved(subject, 'loss')).toBeLessThanOrEqual(saved(subject, 'lossHalfInterval') + 1e-9);
      expect(saved(subject, 'strongTokensSaved')).toBeGreaterThan(least);
      expect(saved(subject, 'usdSaved')).toBeGreaterThan(least);
      expect(saved(subject, 'tokensSaved')).toBeLessThan(saved(subject, 'strongTokensSaved') - 30);
    }
    expect(of('cascade-checked-together', 'loss')?.atMost).toBe(
      saved('cascade-checked', 'lossHalfInterval'),
    );
    expect(of('cascade-checked-together', 'strongTokensSaved')?.atLeast).toBe(30);
    expect(saved('compact-prompts', 'tokensSaved')).toBeGreaterThan(10);
    expect(notes.join('\n')).toContain('no proof that there is none');
    expect(notes.join('\n')).toContain('most is saved by cascade');
    // Together, the prompts count as well, beside a plain team.
    expect(saved('cascade-checked-together', 'strongTokensSaved')).toBeGreaterThan(
      saved('cascade-checked', 'strongTokensSaved'),
    );
    expect(saved('oracle', 'strongTokensSaved')).toBeGreaterThanOrEqual(
      saved('cascade-checked', 'strongTokensSaved'),
    );
    expect(notes.join('\n')).toContain('settings held to the labels');
  }, 60_000);

  it('L8: measures without answers, the cache by what is repeated, and prompts of real documents', async () => {
    const { figures } = await evaluate('grades.jsonl', (at) => {
      const { weak_response: _weak, strong_response: _strong, ...row } = answered(at % 400);
      return { ...row, subject: at % 3 === 0 ? 'hard' : 'easy' };
    });
    const value = (subject: string, metric: string): number =>
      figureOf(figures, subject, metric)?.value ?? Number.NaN;
    expect(figures.some(({ subject }) => subject?.includes('cascade-0'))).toBe(false);
    expect(value('grades/cascade-checked', 'strongTokensSaved')).toBeGreaterThan(30);
    expect(value('grades/cache', 'repeats')).toBeCloseTo(20, 0);
    expect(value('grades/cache', 'tokensSaved')).toBeCloseTo(20, 0);
    expect(value('documents/prefix', 'cacheable')).toBeGreaterThan(30);
    expect(value('documents/prefix', 'usdSaved')).toBeLessThan(
      value('documents/prefix', 'cacheable'),
    );
    expect(value('documents/history', 'tokensSaved')).toBeGreaterThan(20);
  }, 60_000);

  it('L8: says what is wrong with data that is too little', async () => {
    await expect(evaluate('few.jsonl', answered, 20)).rejects.toThrow('too few rows (20)');
  });
});

/** Every third question is of a sort that only the strong model answers right, and the weak one shows it. */
function answered(at: number): Readonly<Record<string, unknown>> {
  const isHard = at % 3 === 0;
  return {
    prompt: isHard ? `Prove the lemma number ${at} about rings` : `Add ${at} and two numbers`,
    strong: true,
    weak: !isHard,
    weak_response: isHard ? 'However, I am not sure about it' : 'The answer is 4',
    strong_response: 'The answer is known',
  };
}

async function evaluate(
  name: string,
  rowAt: (at: number) => object,
  rows = 500,
): Promise<EvalReport> {
  const file = join(folder, 'routing', name);
  const lines = Array.from({ length: rows }, (_, at) => JSON.stringify(rowAt(at)));
  writeFileSync(file, lines.join('\n'));
  return await work.evaluate({ data: file, progress: () => undefined });
}

function figureOf(
  figures: EvalReport['figures'],
  subject: string,
  metric: string,
): EvalReport['figures'][number] | undefined {
  return figures.find((one) => one.subject === subject && one.metric === metric);
}

const TASKS = `# Tasks: Small

## Phase 1: Setup

${Array.from({ length: 30 }, (_, at) => `- [ ] T0${at + 10} Write text ${at + 1} in \`out/T0${at + 10}.txt\``).join('\n')}
`;

const SPEC = `# Feature Specification: Small

## Requirements

${Array.from({ length: 40 }, (_, at) => `- **FR-0${at + 10}**: It MUST do thing number ${at} as it is described in the plan of it`).join('\n')}
`;

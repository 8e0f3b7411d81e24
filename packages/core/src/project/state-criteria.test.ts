import { describe, expect, it } from 'vitest';
import type { Check } from '../spec/task.ts';
import type { Verdict } from '../spec/validator.ts';
import { STATE_CRITERIA, type StateCriterion } from './criterion-kinds.ts';
import { ProjectFold } from './project-fold.ts';
import type { ProjectState } from './project-state.ts';
import { drawStory } from './project-story.fixture.ts';
import { judgeByState, type StateFacts } from './state-criteria.ts';

const fold = new ProjectFold('p');
for (const event of drawStory([0])) fold.take(event);
const state = fold.state();

function judge(
  check: Check & { readonly kind: StateCriterion },
  facts: Partial<Omit<StateFacts, 'state'>> & { readonly state?: Partial<ProjectState> } = {},
): Verdict {
  return judgeByState(check, {
    phase: 'A',
    leaving: undefined,
    budgetLeft: undefined,
    hasFile: undefined,
    ...facts,
    state: { ...state, ...facts.state },
  });
}

const words = (verdict: Verdict): unknown =>
  verdict.kind === 'pass' ? 'pass' : verdict.findings.map(({ message }) => message);

describe('criteria that look at the state alone', () => {
  it('R3: tasks-verified counts what is open and what failed, and wants one at least', () => {
    const tasks = (counts: Partial<(typeof state.phases)[number]['tasks']>) => ({
      state: {
        phases: state.phases.map((phase) => ({ ...phase, tasks: { ...phase.tasks, ...counts } })),
      },
    });
    const check = { kind: 'tasks-verified' } as const;
    expect(words(judge(check))).toEqual(['no task of A was done']);
    expect(words(judge(check, tasks({ verified: 1, skipped: 3 })))).toBe('pass');
    expect(words(judge(check, tasks({ verified: 1, open: 2, failed: 1 })))).toEqual([
      '2 tasks of A are not done yet',
      '1 tasks of A failed; retry them, or fork their run',
    ]);
    expect(words(judge({ ...check, value: 'B' }))).toEqual(['no task of B was done']);
  });

  it('R3: deliverables are looked for where somebody can look, else taken from the journal', () => {
    const phases = state.phases.map((phase) => ({
      ...phase,
      deliverables: [
        { name: 'f', file: 'f.md' },
        { name: 't', task: 't', delivered: { run: 'r', task: 't', at: 1 } },
      ],
    }));
    const check = { kind: 'deliverables' } as const;
    expect(words(judge(check, { state: { phases } }))).toEqual(['not delivered: f (f.md)']);
    expect(words(judge(check, { state: { phases }, hasFile: () => true }))).toBe('pass');
    const gone = phases.map((phase) => ({
      ...phase,
      deliverables: [{ name: 'f', file: 'f.md', delivered: { run: 'r', task: 't', at: 1 } }],
    }));
    expect(words(judge(check, { state: { phases: gone } }))).toBe('pass');
    expect(judge(check, { state: { phases: gone }, hasFile: () => false })).toMatchObject({
      findings: [{ file: 'f.md' }],
    });
  });

  it('R3: no-open-question and budget-left', () => {
    const question = { kind: 'no-open-question' } as const;
    expect(words(judge(question))).toBe('pass');
    expect(words(judge(question, { state: { questions: 2 } }))).toEqual([
      '2 questions wait for a person',
    ]);
    const budget = { kind: 'budget-left' } as const;
    expect(words(judge(budget))).toBe('pass');
    expect(words(judge(budget, { budgetLeft: 0.01 }))).toBe('pass');
    expect(words(judge(budget, { budgetLeft: 0 }))).toHaveLength(1);
    expect(words(judge({ ...budget, value: 0.5 }, { budgetLeft: 0.5 }))).toBe('pass');
    expect(words(judge({ ...budget, value: 0.5 }, { budgetLeft: 0.49 }))).toEqual([
      "49 % of the project's budget is left, and 50 % must be",
    ]);
  });

  it('R3: each is judged', () => {
    for (const kind of Object.keys(STATE_CRITERIA) as readonly StateCriterion[]) {
      expect(['pass', 'fail']).toContain(
        judge({ kind, value: kind === 'budget-left' ? 1 : 'A' }).kind,
      );
    }
  });
});

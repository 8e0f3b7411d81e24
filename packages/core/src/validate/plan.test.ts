import { describe, expect, it } from 'vitest';
import { messagesOf, verdictOf } from './context.fixture.ts';
import { planValidator } from './plan.ts';

const task = {
  key: 'a',
  title: 'Write a',
  instruction: 'Write a.',
  kind: 'code',
  needs: [],
  files: ['a.ts'],
  role: null,
  priority: 'medium',
  checks: [{ kind: 'command', value: 'npm test' }],
};

describe('planValidator', () => {
  it('K1: passes a plan that can be worked', async () => {
    const plan = { tasks: [task, { ...task, key: 'b', needs: ['a'] }] };
    expect(await problems(plan)).toEqual([]);
  });

  it('K1: refuses what is no plan, and one that goes in a circle', async () => {
    expect(await problems({ tasks: [] })).toHaveLength(1);
    expect(await problems({ tasks: [{ ...task, needs: ['a'] }] })).toEqual([
      expect.stringContaining('a → a'),
    ]);
    expect(await problems('no plan')).toHaveLength(1);
  });

  it('K1: refuses checks that nobody makes, each by name', async () => {
    const checks = [{ kind: 'guess', value: null }, ...task.checks, { kind: 'hope', value: null }];
    expect(await problems({ tasks: [{ ...task, checks }] })).toEqual([
      'Task a asks for the check guess; known: answer, command.',
      'Task a asks for the check hope; known: answer, command.',
    ]);
  });

  it('Q4: knows validators that were added after it was made', async () => {
    const kinds = ['answer'];
    const validator = planValidator(() => kinds);
    const plan = JSON.stringify({ tasks: [task] });
    expect((await verdictOf(validator, plan)).kind).toBe('fail');
    kinds.push('command');
    expect((await verdictOf(validator, plan)).kind).toBe('pass');
  });
});

async function problems(plan: unknown): Promise<readonly string[]> {
  const validator = planValidator(() => ['answer', 'command']);
  return messagesOf(await verdictOf(validator, JSON.stringify(plan)));
}

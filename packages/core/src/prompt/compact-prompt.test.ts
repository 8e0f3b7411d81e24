import { describe, expect, it } from 'vitest';
import type { ModelInfo, PlanTask } from '../spec/index.ts';
import { composePrompt } from './compose-prompt.ts';
import type { PromptInput } from './prompt-input.ts';

const model: ModelInfo = {
  id: 'small-1',
  provider: 'local',
  can: { tools: true, json: 'schema', reasoning: false, image: false },
};

const task: PlanTask = {
  key: 'T007',
  title: 'Slugs',
  instruction: 'Write slugify.',
  kind: 'code',
  needs: [],
  files: [],
  priority: 'medium',
  checks: [],
};

const plain: PromptInput = {
  task,
  roleName: 'coder',
  role: { text: 'You write TypeScript.' },
  modelName: 'coder-a',
  model,
  goodAt: [],
  framework: undefined,
  context: undefined,
  tools: [],
  inputs: [],
  history: [],
};

/** What the user message says. */
function userText(more: Partial<PromptInput>): string {
  const [, message] = composePrompt({ ...plain, ...more }).messages;
  return (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

describe('a prompt that says nothing twice', () => {
  it('L8 P1: says of a refusal once what was found, and why where nothing was', () => {
    const because = 'tests refused it: line 3 is wrong';
    const said = (findings: readonly string[]): string =>
      userText({
        history: [{ answer: 'x', because, findings: findings.map((message) => ({ message })) }],
      });
    const found = said(['line 3 is wrong', 'line 4 as well']);
    expect(found.match(/line 3 is wrong/g)).toHaveLength(1);
    expect(found).toContain('Not accepted: tests refused it\n');
    expect(said([])).toContain('Not accepted: tests refused it: line 3 is wrong\n');
    expect(said(['another'])).toContain('Not accepted: tests refused it: line 3 is wrong\n');
  });

  it('L8 P1: names criteria where there are some to be met, and no result that is said already', () => {
    const user = (checks: PlanTask['checks']): string => userText({ task: { ...task, checks } });
    const head = '# Task T007: Slugs\n\nWrite slugify.';
    // That sums are right is asked of every answer.
    expect(user([{ kind: 'arithmetic' }])).toBe(head);
    expect(user([{ kind: 'arithmetic' }, { kind: 'tsc' }])).toBe(
      `${head}\n\n## The result\nThe result is accepted when:\n- The TypeScript compiler reports no error.`,
    );
  });

  it('L8 P1: names the files that may be written, and criteria behind them', () => {
    const user = userText({ task: { ...task, files: ['a.ts'], checks: [{ kind: 'tsc' }] } });
    expect(user).toContain('Files that you may write, and no others:\n- `a.ts`\n\nThe result is');
  });
});

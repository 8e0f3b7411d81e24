import type { MockReply } from '@overseer/adapters/mock-llm';
import { describe, expect, it } from 'vitest';
import { accounts } from './accounts.ts';
import { answerFor, readAnswer } from './answers.ts';
import { request, review, work } from './hand-made-requests.ts';
import { kitTask, readKitTasks } from './kit-tasks.ts';
import { reply, ruleFor } from './reply-of.ts';
import { scenario } from './scenario.ts';

const tasks = readKitTasks();
const refusal = `# Earlier attempts at this task
They were not accepted. Correct what was wrong; keep what was right.

## Earlier attempt 1
Not accepted: the check command refused it
<overseer-data of="the answer of attempt 1">
Counts graphemes and sets the ellipsis behind the cut.
</overseer-data>

`;
const silence = `# Earlier attempts at this task

## Earlier attempt 1
Not accepted: the connection was destroyed
It gave no answer.

`;

describe('a coder', () => {
  it('M17: writes the right answer of each task that has no other', () => {
    const plain = tasks.filter(
      ({ id, file }) =>
        answerFor(id, false) === id && file !== 'src/index.ts' && !file.endsWith('.md'),
    );
    expect(plain).toHaveLength(11);
    for (const task of plain) expect(reply(work(task))).toEqual(writing(task.id));
  });

  it('M17: says what it did once its tools have answered', () => {
    for (const { id } of tasks) {
      const asked = work(kitTask(id), { called: ['write_file'] });
      expect(reply(asked)).toEqual({ text: accounts[answerFor(id, false) ?? ''] });
    }
  });

  it('M17: reads a file before it replaces it', () => {
    const task = kitTask('T016');
    const read = { name: 'read_file', input: { path: 'src/index.ts' } };
    expect(reply(work(task))).toEqual({ toolCalls: [read] });
    expect(reply(work(task, { called: ['read_file'] }))).toEqual(writing('T016'));
  });

  it('M17: reads what the library says of itself before it writes about it', () => {
    const read = { name: 'read_file', input: { path: 'README.md' } };
    for (const id of ['T001', 'T015']) {
      expect(reply(work(kitTask(id)))).toEqual({ toolCalls: [read] });
      expect(reply(work(kitTask(id), { called: ['read_file'] }))).toEqual(writing(id));
    }
  });

  it('V2: repairs its answer once it was refused, and not when it never answered', () => {
    for (const [id, first] of [
      ['T005', 'T005.wrong'],
      ['T014', 'T014.refused'],
    ] as const) {
      expect(reply(work(kitTask(id)))).toEqual(writing(first));
      expect(reply(work(kitTask(id), { history: silence }))).toEqual(writing(first));
      expect(reply(work(kitTask(id), { history: silence + refusal }))).toEqual(writing(id));
      expect(reply(work(kitTask(id), { history: refusal }))).toEqual(writing(id));
    }
  });

  it('M17: puts its answer into words where it may not write files', () => {
    const { text = '', toolCalls } = reply({ ...work(kitTask('T004')), tools: [] });
    expect(toolCalls).toBeUndefined();
    expect(text).toContain('src/guards.ts:\n````\n/**\n * Returns `value`');
  });

  it('M17: answers in words a task that it does not know', () => {
    const { text } = reply(request('# Task t1: Say hello\n\nSay hello.', {}));
    expect(text).toContain('Say hello');
  });

  it('M17: never takes a path for a task', () => {
    const { text } = reply(request('# Task ../T005: Look around\n', {}));
    expect(text).toContain('Look around');
  });
});

describe('the reviewer', () => {
  it('V1: passes every right answer', () => {
    for (const { id } of tasks)
      expect(verdict(id)).toEqual({ verdict: 'pass', findings: [], score: 0.95 });
  });

  it('V1 V2: refuses the public function without a doc comment and each needless any, by line', () => {
    const { verdict: word, findings, score } = verdict('T014.refused');
    expect(word).toBe('fail');
    expect(score).toBeLessThan(0.5);
    expect(findings).toEqual([
      'src/template.ts:5: fillTemplate is exported and has no doc comment.',
      'src/template.ts:5: the type any hides mistakes; say what it may be.',
      'src/template.ts:16: the type any hides mistakes; say what it may be.',
    ]);
  });

  it('V1: judges what it is shown and not what is said about it', () => {
    const shown = review('T004', [
      { path: 'src/guards.ts', content: '/** Fine. */\nexport const a = 1;' },
    ]);
    const said = {
      ...shown,
      messages: shown.messages.map((m) => ({ ...m, text: `any TODO\n${m.text}` })),
    };
    expect(JSON.parse(reply(said).text ?? '')).toMatchObject({ verdict: 'pass' });
  });

  it('V1: sees what a fence inside a file hides from a careless reader', () => {
    const content = '# Guide\n\n```js\nx\n```\n';
    const hidden = [
      { path: 'docs/usage.md', content },
      { path: 'src/a.ts', content: 'export const a = 1;' },
    ];
    expect(JSON.parse(reply(review('T015', hidden)).text ?? '').findings).toEqual([
      'src/a.ts:1: a is exported and has no doc comment.',
    ]);
  });
});

describe('the planner', () => {
  it('K1: plans the functions that a goal names, with what they need', () => {
    const plan = planOf('Write slugify and titleCase.', true);
    expect(plan.map(({ key }) => key)).toEqual(['T003', 'T004', 'T009', 'T010']);
    expect(plan[2]).toEqual({
      key: 'T009',
      title: 'T009 Implement slugify for every script in src/slugify.ts',
      instruction: 'Implement slugify for every script in `src/slugify.ts`.',
      kind: 'code',
      needs: ['T003', 'T004'],
      files: ['src/slugify.ts'],
      role: null,
      priority: 'medium',
      checks: [{ kind: 'command', value: 'node --test test/slugify.test.ts' }],
    });
  });

  it('K1: plans everything for a goal that names nothing, each need before its user', () => {
    const plan = planOf('Build the library.', true);
    expect(plan.map(({ key }) => key)).toEqual(tasks.map(({ id }) => id));
    for (const { key, needs } of plan) for (const need of needs) expect(need < key).toBe(true);
  });

  it('K1: asks only for checks that there are', () => {
    const plan = planOf('Write slugify.', true, 'review, tsc');
    expect(plan.flatMap(({ checks }) => checks)).toEqual([]);
  });

  it('K1: plans texts where there is no project', () => {
    const plan = planOf('Explain graphemes.', false);
    expect(plan.map(({ key, files, needs }) => ({ key, files, needs }))).toEqual([
      { key: 'outline', files: [], needs: [] },
      { key: 'draft', files: [], needs: ['outline'] },
      { key: 'final', files: [], needs: ['draft'] },
    ]);
    expect(plan.every(({ instruction }) => instruction.includes('Explain graphemes.'))).toBe(true);
  });
});

describe('the faults', () => {
  it('M17: coder-b-1 refuses once with 429 and a second to wait', () => {
    const rule = ruleFor(work(kitTask('T003'), { model: 'coder-b-1' }));
    expect(rule).toMatchObject({ times: 1 });
    expect(rule.reply).toEqual({ fault: { kind: 'status', status: 429, retryAfterMs: 1_000 } });
  });

  it('M17: local-1 breaks off once in the middle of a file', () => {
    const asked = work(kitTask('T003'), { model: 'local-1' });
    const { fault, toolCalls } = reply(asked);
    expect(ruleFor(asked).times).toBe(1);
    expect(fault).toEqual({ kind: 'cut', afterTokens: 60 });
    expect(JSON.stringify(toolCalls).length / 4).toBeGreaterThan(60);
  });

  it('V2 M17: a fault of the line never meets a fault of the answer, a review or a later step', () => {
    for (const model of ['coder-b-1', 'local-1']) {
      expect(ruleFor(work(kitTask('T005'), { model })).name).toBe('work');
      expect(ruleFor(work(kitTask('T014'), { model })).name).toBe('work');
      expect(ruleFor(work(kitTask('T016'), { model, called: ['read_file'] })).name).toBe('work');
      expect(ruleFor({ ...review('T004', []), model }).name).toBe('review');
    }
  });

  it('M17: one coder is down, one is limited, and all are distinct', () => {
    const of = (id: string) => scenario.models.find((model) => model.id === id);
    expect(of('coder-c-1')?.down).toBe(true);
    expect(of('coder-a-1')?.limit).toEqual({ requests: 5, perMs: 20_000 });
    expect(new Set(scenario.models.map(({ id }) => id)).size).toBe(5);
  });

  it('M17: the same request gets the same reply, however often it is asked', () => {
    for (const { id } of tasks) expect(reply(work(kitTask(id)))).toEqual(reply(work(kitTask(id))));
  });
});

function writing(answer: string): MockReply {
  return {
    toolCalls: readAnswer(answer).map(({ path, content }) => ({
      name: 'write_file',
      input: { path, content },
    })),
  };
}

function verdict(answer: string): { verdict: string; findings: string[]; score: number } {
  return JSON.parse(reply(review(answer.slice(0, 4), readAnswer(answer))).text ?? '');
}

interface Planned {
  readonly key: string;
  readonly instruction: string;
  readonly needs: readonly string[];
  readonly files: readonly string[];
  readonly checks: readonly unknown[];
}

function planOf(
  goal: string,
  hasFiles: boolean,
  checks = 'command, review, tsc',
): readonly Planned[] {
  const prompt = [
    `# Task plan: Plan: ${goal}`,
    'Break this goal into the smallest tasks that can each be checked on their own:',
    goal,
    'Answer with one JSON object and nothing else, in this form:\n{"tasks": […]}',
    hasFiles
      ? 'Tasks work on files of a project; name every file that a task writes.'
      : 'There is no project folder: every task answers in text, and files stays empty.',
    `Checks may be of these kinds: ${checks}. Roles: null, or one of coder.`,
  ].join('\n\n');
  const asked = request(prompt, { model: 'planner-1' });
  return JSON.parse(reply(asked).text ?? '').tasks;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors/config-error.ts';
import type { TaskInput } from '../spec/task.ts';
import { normaliseTasks } from './normalise-tasks.ts';
import { isAcyclic, planTask } from './task.fixture.ts';
import { TaskGraph } from './task-graph.ts';

describe('normaliseTasks', () => {
  it('K1: fills in what may be left out', () => {
    expect(normaliseTasks([{ instruction: '  Write slugify.\r\nWith tests.' }])).toEqual([
      {
        key: 't1',
        title: 'Write slugify.',
        instruction: '  Write slugify.\r\nWith tests.',
        kind: 'write',
        needs: [],
        files: [],
        priority: 'medium',
        checks: [],
      },
    ]);
  });

  it('K1: keeps what is given', () => {
    const given = {
      key: 'T1',
      title: 'Slugs',
      instruction: 'Write slugify.',
      kind: 'code',
      needs: [],
      files: ['a.ts'],
      role: 'coder',
      priority: 'high' as const,
      checks: [{ kind: 'command', value: 'npm test' }],
      step: { tool: 'write_file', input: {} },
      origin: { file: 'tasks.md', uid: 'T1' },
    };
    expect(normaliseTasks([given])).toEqual([given]);
  });

  it('K1: names tasks past the names that are taken', () => {
    const inputs = [task({}), task({ key: 't2' }), task({}), task({})];
    expect(
      normaliseTasks(inputs, [planTask('t1', []), planTask('t4', [])]).map(({ key }) => key),
    ).toEqual(['t3', 't2', 't5', 't6']);
  });

  it('K1: makes a title of one line, of at most 80 characters, and of the key where there is no text', () => {
    const titleOf = (input: Partial<TaskInput>): string | undefined =>
      normaliseTasks([task({ key: 'a', ...input })])[0]?.title;
    expect(titleOf({ instruction: 'x'.repeat(80) })).toBe('x'.repeat(80));
    expect(titleOf({ instruction: 'x'.repeat(81) })).toBe(`${'x'.repeat(79)}…`);
    expect(titleOf({ instruction: '', kind: 'check' })).toBe('a');
  });

  it('K2: takes a need twice for once, and one of a task that is there already', () => {
    const tasks = normaliseTasks([task({ key: 'b', needs: ['a', 'a'] })], [planTask('a', [])]);
    expect(tasks[0]?.needs).toEqual(['a']);
  });

  it('A4: has tasks that write one file wait for each other', () => {
    const tasks = normaliseTasks([task({ files: ['x.ts'] }), task({ files: ['x.ts'] })]);
    expect(tasks.map(({ needs }) => needs)).toEqual([[], ['t1']]);
  });

  it('A4: has tasks that write a file of an earlier plan wait for the one that writes it', () => {
    const earlier = planTask('a', [], ['x.ts']);
    const tasks = normaliseTasks(
      [task({ files: ['./x.ts'] }), task({ files: ['y.ts'] })],
      [earlier],
    );
    expect(tasks.map(({ needs }) => needs)).toEqual([['a'], []]);
  });

  it('A4: writes paths in their plain form, each once, and leaves blank ones out', () => {
    const files = ['./a.ts', ' a.ts', 'src//b/../c.ts', 'src\\d.ts', 'docs/', ' '];
    expect(normaliseTasks([task({ files })])[0]?.files).toEqual([
      'a.ts',
      'src/c.ts',
      'src/d.ts',
      'docs/',
    ]);
  });

  it('X5: refuses tasks that say nothing to do, but for those that a tool or checks do', () => {
    expect(errorOf([task({ instruction: ' ' }), task({}), task({ instruction: '' })])).toEqual({
      code: 'plan.empty-instruction',
      message:
        'Task t1 says nothing to do: give it an instruction.\n' +
        'Task t3 says nothing to do: give it an instruction.',
    });
    const step = { tool: 'write_file', input: {} };
    expect(
      normaliseTasks([task({ instruction: '', step }), task({ instruction: '', kind: 'check' })]),
    ).toHaveLength(2);
  });

  it('X5: refuses a key that is there twice, each key once', () => {
    const inputs = ['a', 'a', 'a', 'b', 'old'].map((key) => task({ key }));
    expect(errorOf(inputs, ['old'])).toEqual({
      code: 'plan.duplicate-key',
      message:
        'There is more than one task with the key "a"; rename all but one.\n' +
        'The run has a task with the key "old" already; give the new one another key.',
    });
  });

  it('X5: refuses a need that is not there, and suggests the nearest', () => {
    const inputs = [task({ key: 'setup' }), task({ key: 'b', needs: ['setpu', 'zzzzzz'] })];
    expect(errorOf(inputs)).toEqual({
      code: 'plan.unknown-need',
      message:
        'Task b needs "setpu", which is not there: did you mean "setup"?\n' +
        'Task b needs "zzzzzz", which is not there: add that task, or take the need out.',
    });
  });

  it('K2: refuses a circle, and names it', () => {
    const inputs = [
      task({ key: 'x', needs: ['a'] }),
      task({ key: 'a', needs: ['b'] }),
      task({ key: 'b', needs: ['a'] }),
    ];
    expect(errorOf(inputs)).toEqual({
      code: 'plan.cycle',
      message:
        'These tasks wait for each other, so that none can start: a → b → a. Take one of these needs out.',
    });
    expect(errorOf([task({ key: 'a', needs: ['a'] })]).message).toContain('a → a');
  });

  it('K2: names every circle', () => {
    const needs = { a: ['b'], b: ['a'], c: ['d'], d: ['c', 'a'] };
    const inputs = Object.entries(needs).map(([key, mine]) => task({ key, needs: mine }));
    expect(errorOf(inputs).message.split('\n')).toEqual([
      expect.stringContaining('a → b → a'),
      expect.stringContaining('c → d → c'),
    ]);
  });

  it('X5: tells problems of every kind at once, one a line', () => {
    const inputs = [
      task({ key: 'a', instruction: '' }),
      task({ key: 'b\nc', needs: ['b\nc', 'gone'] }),
      task({ key: 'a' }),
      task({ key: '' }),
    ];
    const { code, message } = errorOf(inputs);
    expect(code).toBe('plan.invalid');
    expect(message.split('\n')).toEqual([
      'Task a says nothing to do: give it an instruction.',
      'Task 4 has an empty key: name it, or leave the key out.',
      'There is more than one task with the key "a"; rename all but one.',
      'Task b c needs "gone", which is not there: add that task, or take the need out.',
      'These tasks wait for each other, so that none can start: b c → b c. Take one of these needs out.',
    ]);
  });

  it('X5: tells 20 problems in full, and how many there are more', () => {
    const inputs = Array.from({ length: 100 }, () => task({ needs: ['nowhere', 'there'] }));
    const lines = errorOf(inputs).message.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('There are 180 problems more.');
  });

  it('K2 X5: gives a graph that can be worked, or says why not', () => {
    const keys = fc.constantFrom('a', 'b', 'c', 't1', 't2');
    const inputs = fc.array(
      fc.record(
        {
          instruction: fc.constantFrom('Do it.', '  '),
          key: keys,
          needs: fc.array(keys, { maxLength: 2 }),
          files: fc.subarray(['x.ts', 'y.ts']),
        },
        { requiredKeys: ['instruction'] },
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(inputs, (all) => {
        const error = errorOf(all);
        if (error.code !== 'none') {
          expect(error.code).toMatch(
            /^plan\.(empty-instruction|duplicate-key|unknown-need|cycle|invalid)$/,
          );
          return;
        }
        const tasks = normaliseTasks(all);
        const known = tasks.map(({ key }) => key);
        expect(new Set(known).size).toBe(all.length);
        expect(isAcyclic(tasks)).toBe(true);
        for (const { needs } of tasks) for (const need of needs) expect(known).toContain(need);
      }),
    );
  });

  it('K2: 100,000 tasks, and one', () => {
    const inputs = Array.from({ length: 100_000 }, (_, at) =>
      task({
        key: `k${at}`,
        needs: at < 300 ? [] : [`k${at - 300}`, `k${at - 113}`],
        files: [`src/f${at % 50_000}.ts`],
      }),
    );
    const before = process.cpuUsage();
    const graph = new TaskGraph(normaliseTasks(inputs));
    const built = process.cpuUsage(before).user / 1_000;
    for (let at = 0; at < 100_000; at++) normaliseTasks([{ instruction: 'Say it.' }]);
    const one = (process.cpuUsage(before).user / 1_000 - built) / 100;
    console.log(`plan: ${built.toFixed(0)} ms of CPU for 100,000, ${one.toFixed(2)} µs for one`);
    expect(graph.size).toBe(100_000);
  });
});

function task(some: Partial<TaskInput>): TaskInput {
  return { instruction: 'Do it.', ...some };
}

function errorOf(
  inputs: readonly TaskInput[],
  existing: readonly string[] = [],
): { readonly code: string; readonly message: string } {
  try {
    normaliseTasks(
      inputs,
      existing.map((key) => planTask(key, [])),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { code: error.code, message: error.message };
  }
  return { code: 'none', message: '' };
}

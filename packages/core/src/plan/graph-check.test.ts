import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskGraph } from '../spec/task.ts';
import { type GraphCheck, loadGraphCheck } from './graph-check.ts';

let check: GraphCheck;

beforeAll(async () => {
  check = await loadGraphCheck();
});

describe('the form of what a host asks to be done', () => {
  it.each([
    [{ priority: 'urgent' }, 'tasks[0].priority: expected one of critical, high, medium, low'],
    [{ priority: 'hihg' }, 'did you mean high?'],
    [{ deadline: 5 }, 'there is no field "deadline"; did you mean deadlineAt?'],
    [{ dependsOn: ['a'] }, 'say in needs which tasks must be done first'],
    [{ instruction: 5 }, 'tasks[0].instruction: expected a string, found 5'],
    [{ deadlineAt: Number.NaN }, 'deadlineAt: expected a moment, in ms since 1970, found NaN'],
    [{ deadlineAt: new Date(0) }, 'in ms since 1970, found an object'],
    [{ maxWaitMs: -1 }, 'tasks[0].maxWaitMs: expected a number of ms from 0 on, found -1'],
    [{ needs: 'a' }, 'tasks[0].needs: expected an array, found "a"'],
    [{ checks: [null] }, 'tasks[0].checks[0]: expected an object, found null'],
    [{ cache: true }, 'tasks[0].cache: expected false, found true'],
  ])('K3 X5: a task with %j is refused with its place and what would be right', (task, words) => {
    const graph = { tasks: [{ instruction: 'x', ...task }] };
    const error = expect.objectContaining({
      code: 'plan.invalid',
      message: expect.stringContaining(words),
    });
    expect(() => check.graph(graph)).toThrow(error);
  });

  it.each([
    [null, 'plan: expected an object, found null'],
    [undefined, 'plan: expected an object, found nothing'],
    [{ task: [] }, 'there is no field "task"; did you mean tasks?'],
    [{ tasks: [], source: {} }, 'source.spec: expected task-source/1, found nothing'],
  ])('K3 X5: %j is no graph', (graph, words) => {
    expect(() => check.graph(graph)).toThrow(words);
  });

  it('M15 X5: what is wrong with ensembles alone has the code of those', () => {
    const wrong = (ensemble: unknown) => () => {
      check.graph({ tasks: [{ instruction: 'x', ensemble }] });
    };
    const code = expect.objectContaining({ code: 'plan.ensemble' });
    expect(wrong({ kind: 'vote', of: 2, modles: ['a'] })).toThrow('did you mean models?');
    expect(wrong({ kind: 'vote', of: 2, modles: ['a'] })).toThrow(code);
    expect(wrong(null)).toThrow(code);
  });

  it('K3: takes all that a graph may have, and what is undefined for left out', () => {
    const tasks: TaskGraph['tasks'] = [
      {
        key: 'a',
        instruction: 'x',
        maxWaitMs: Number.POSITIVE_INFINITY,
        cache: false,
        budget: { usd: 1 },
        ensemble: { kind: 'vote', of: 2 },
        checks: [{ kind: 'answer' }],
      },
    ];
    const loose: Readonly<Record<string, unknown>> = { instruction: 'x', priority: undefined };
    check.graph({ title: 't', context: 'c', tasks, diagnostics: [] });
    check.graph({ title: undefined, source: undefined, tasks: [loose] });
  });

  it('M15 X5: a task to be compared may have less', () => {
    expect(() => check.compared({ instruction: 'x', needs: [] })).toThrow(
      'tasks[0]: there is no field "needs"',
    );
    expect(() => check.compared({ instruction: 'x', priority: 'asap' })).toThrow('expected one of');
    expect(() => check.compared(undefined)).toThrow('tasks[0]: expected an object, found nothing');
    check.compared({ key: 'a', instruction: 'x', priority: 'low', checks: [] });
  });
});

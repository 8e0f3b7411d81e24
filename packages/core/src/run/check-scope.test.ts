import { describe, expect, it } from 'vitest';
import { checkScope } from './check-scope.ts';

describe('checkScope', () => {
  it('K6: takes what a scope may name, and {} for everything', () => {
    for (const scope of [
      {},
      { run: 'r' },
      { run: 'r', phase: 'p' },
      { run: 'r', task: 't' },
      Object.assign(Object.create(null), { run: 'r' }),
    ]) {
      expect(() => checkScope(scope)).not.toThrow();
    }
  });

  it.each<[unknown, string]>([
    [undefined, "an object such as { run: 'its id' }, or {} for everything, and not undefined"],
    [null, 'and not null'],
    ['id', 'and not "id"'],
    [[], 'and not a list'],
    [new Map(), 'and not an object of another kind'],
    [{ runId: 'x' }, 'no field "runId"; did you mean "run"?'],
    [{ id: 'x' }, 'a run is named as { run: run.id }'],
    [{ project: 'x' }, 'no field "project"; known: phase, run, task'],
    [{ run: undefined }, 'undefined for run: give the id of a run. Only {} means everything'],
    [{ run: 'r', task: null }, 'null for task: give the key of a task'],
    [{ run: 'r', phase: ['a'] }, 'a list for phase: give the name of a phase'],
  ])('K6 X5: refuses %j, which says nothing that is known', (scope, words) => {
    const invalid = { code: 'scope.invalid', message: expect.stringContaining(words) };
    expect(() => checkScope(scope)).toThrow(expect.objectContaining(invalid));
  });
});

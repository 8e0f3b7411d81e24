import { describe, expect, it } from 'vitest';
import { withFinalCheck } from './finish-graph.ts';

const graph = {
  title: 'Work',
  tasks: [
    { key: 'a', instruction: 'x' },
    { key: 'b', instruction: 'y' },
  ],
};

describe('withFinalCheck', () => {
  it('V1: a last task checks everything together, once every other is verified', () => {
    const checks = [{ kind: 'tsc' }];
    const { tasks, title } = withFinalCheck(graph, checks);
    expect(title).toBe('Work');
    expect(tasks.slice(0, 2)).toEqual(graph.tasks);
    expect(tasks[2]).toMatchObject({ key: 'verify-all', kind: 'check', needs: ['a', 'b'], checks });
  });

  it('V1 K2: its key is one that no task has', () => {
    const taken = { tasks: [{ key: 'verify-all', instruction: 'x' }] };
    expect(withFinalCheck(taken, [{ kind: 'tsc' }]).tasks[1]).toMatchObject({
      key: 'verify-all-2',
      needs: ['verify-all'],
    });
  });

  it('V1: without checks there is nothing to add', () => {
    expect(withFinalCheck(graph, [])).toBe(graph);
  });
});

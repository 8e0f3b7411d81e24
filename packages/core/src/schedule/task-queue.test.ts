import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowOf, NOW, ready } from './ready-task.fixture.ts';
import type { ReadyTask } from './ready-task.ts';
import { TaskQueue } from './task-queue.ts';

describe('TaskQueue', () => {
  it('K3 X5: takes in no more than its limit, and nothing is lost', () => {
    const queue = new TaskQueue(3);
    for (const task of flowOf('a', 10)) queue.add(task, NOW);
    expect([queue.size, queue.outside]).toEqual([10, 7]);
    expect(started(queue, 2)).toEqual(['a1', 'a2']);
    expect([queue.size, queue.outside]).toEqual([8, 5]);
    expect(started(queue, 100)).toHaveLength(8);
    expect(queue.size).toBe(0);
  });

  it('K3: runs that wait outside take turns at coming in', () => {
    const queue = new TaskQueue(2);
    const runs = ['a', 'b'].map((run) =>
      flowOf(run, 4).map((task) => ({ ...task, run, flow: 'f' })),
    );
    for (const task of runs.flat()) queue.add(task, NOW);
    expect(started(queue, 100)).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4', 'b3', 'b4']);
  });

  it('K3 K5: the backlog of one flow or of a blocked group shuts no other out', () => {
    const queue = new TaskQueue(2);
    for (const task of flowOf('a', 10, { group: 'slow' })) queue.add(task, NOW);
    queue.add(ready({ task: 'b1', flow: 'b', group: 'slow' }), NOW);
    queue.add(ready({ task: 'a-fast', flow: 'a', group: 'fast' }), NOW);
    queue.add(ready({ task: 'express', flow: 'a', group: 'slow', express: true }), NOW);
    expect(queue.outside).toBe(8);
    const seen: string[] = [];
    queue.offer(NOW, ({ task, group }) => {
      if (group === 'slow' && seen.length > 1) return 'blocked';
      seen.push(task);
      return 'started';
    });
    expect(seen).toEqual(['express', 'a-fast']);
  });

  it('K3: who waits outside is given back in time, and can be taken out and moved', () => {
    const queue = new TaskQueue(1);
    const tasks = flowOf('a', 4).map((task, at) => ({ ...task, expiresAt: NOW + 10 * (4 - at) }));
    for (const task of tasks) queue.add(task, NOW);
    expect(queue.isOutside('run', 'a4')).toBe(true);
    const gone: string[] = [];
    const offer = (nowMs: number): number | undefined =>
      queue.offer(
        nowMs,
        () => 'blocked',
        ({ task }) => gone.push(task),
      );
    expect(offer(NOW)).toBe(NOW + 10);
    expect(offer(NOW + 10)).toBe(NOW + 20);
    expect(gone).toEqual(['a4']);
    expect(queue.reprioritise('run', 'a3', { priority: 'high' }, NOW + 10)).toBe(true);
    expect(queue.remove('run', 'a2', NOW + 10)?.task).toBe('a2');
    expect(queue.remove('run', 'a2', NOW + 10)).toBeUndefined();
    expect([...queue.waiting()].map(({ task }) => task).sort()).toEqual(['a1', 'a3']);
    expect(queue.get('run', 'a3')?.priority).toBe('high');
    expect(queue.reprioritise('run', 'a9', { priority: 'high' }, NOW)).toBe(false);
  });

  it('K6: all tasks of a run can be taken out at once', () => {
    const queue = new TaskQueue(3);
    for (const task of flowOf('a', 6)) queue.add(task, NOW);
    for (const task of flowOf('b', 2)) queue.add({ ...task, run: 'other' }, NOW);
    queue.removeRun('run', NOW);
    expect([...queue.waiting()].map(({ task }) => task).sort()).toEqual(['b1', 'b2']);
    queue.removeRun('nobody', NOW);
    expect(started(queue, 9)).toEqual(['b1', 'b2']);
  });

  it('K3: what is inside never exceeds the limit and one for each flow and group, and a copy does the same', () => {
    const task = fc.record({
      run: fc.constantFrom('r', 's', 't'),
      flow: fc.constantFrom('x', 'y'),
      group: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(task, { maxLength: 80 }), fc.nat(5), (tasks, limit) => {
        const queue = new TaskQueue(limit);
        const names = new Set<string>();
        for (const [order, some] of tasks.entries()) {
          queue.add(ready({ ...some, order, task: `t${order}` }), NOW);
          names.add(`t${order}`);
          expect(queue.size - queue.outside).toBeLessThanOrEqual(limit + 4);
        }
        expect(started(queue.copy(NOW), 1_000)).toEqual(started(queue, 1_000));
        expect(queue.size).toBe(0);
      }),
    );
  });
});

function started(queue: TaskQueue, count: number): readonly string[] {
  const seen: string[] = [];
  queue.offer(NOW, ({ task }: ReadyTask) => {
    if (seen.length >= count) return 'blocked';
    seen.push(task);
    return 'started';
  });
  return seen;
}

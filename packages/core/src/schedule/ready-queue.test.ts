import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../spec/task.ts';
import { comesBefore, ReadyQueue, type ReadyTask } from './ready-queue.ts';

const NOW = 1_000;

type Outcome = 'started' | 'blocked' | 'dropped';

describe('ReadyQueue', () => {
  it('K3: offers by priority, then by the longest chain behind, then in order of becoming ready', () => {
    const queue = filled([
      ready({ task: 'late', order: 3 }),
      ready({ task: 'long', rank: 7, order: 4 }),
      ready({ task: 'urgent', priority: 'critical', order: 5 }),
      ready({ task: 'early', order: 2 }),
      ready({ task: 'someday', priority: 'low', rank: 99, order: 1 }),
      ready({ task: 'soon', priority: 'high', order: 6 }),
    ]);
    expect(taken(queue)).toEqual(['urgent', 'soon', 'long', 'early', 'late', 'someday']);
    expect(queue.size).toBe(0);
  });

  it('K5: a group whose models are taken never holds up another, and is asked once a turn', () => {
    const queue = filled([
      ready({ task: 'a1', group: 'a', priority: 'critical', order: 1 }),
      ready({ task: 'b1', group: 'b', order: 2 }),
      ready({ task: 'a2', group: 'a', order: 3 }),
      ready({ task: 'b2', group: 'b', order: 4 }),
    ]);
    const seen: string[] = [];
    queue.offer(NOW, ({ task, group }) => {
      seen.push(task);
      return group === 'a' ? 'blocked' : 'started';
    });
    expect(seen).toEqual(['a1', 'b1', 'b2']);
    expect(queue.size).toBe(2);
    expect(taken(queue)).toEqual(['a1', 'a2']);
  });

  it('R9: keeps a task back until its time has come, and says when that is', () => {
    const queue = filled([
      ready({ task: 'second', notBefore: NOW + 20 }),
      ready({ task: 'first', notBefore: NOW + 10 }),
    ]);
    expect(queue.size).toBe(2);
    expect(queue.offer(NOW + 9, refuseToAnswer)).toBe(NOW + 10);
    expect(taken(queue, NOW + 10)).toEqual(['first']);
    expect(queue.offer(NOW + 19, refuseToAnswer)).toBe(NOW + 20);
    expect(taken(queue, NOW + 1_000)).toEqual(['second']);
    expect(queue.offer(NOW, refuseToAnswer)).toBeUndefined();
  });

  it('K2: a task that comes while another is offered displaces none', () => {
    const queue = filled([ready({ task: 'a', order: 1 }), ready({ task: 'b', order: 2 })]);
    const seen: string[] = [];
    queue.offer(NOW, ({ task }) => {
      seen.push(task);
      if (task === 'a') {
        queue.add(ready({ task: 'urgent', priority: 'critical', order: 3 }), NOW);
        queue.add(ready({ task: 'other', group: 'new', order: 4 }), NOW);
      }
      return 'started';
    });
    expect(seen).toEqual(['a', 'urgent', 'b', 'other']);
    expect(queue.size).toBe(0);
  });

  it('K2: a task whose start throws is still there', () => {
    const queue = filled([ready({ task: 'a', order: 1 }), ready({ task: 'b', order: 2 })]);
    expect(() => queue.offer(NOW, refuseToAnswer)).toThrow('asked');
    expect(queue.size).toBe(2);
    expect(taken(queue)).toEqual(['a', 'b']);
  });

  it('K3 K5: loses nothing, gives nothing twice, and always offers the first that may go', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), checkAgainstModel));
  });

  it('K3: one turn over 100,000 tasks in 8 groups', () => {
    const tasks = Array.from({ length: 100_000 }, (_, order) =>
      ready({ task: `t${order}`, order, rank: (order * 7_919) % 1_000, group: `g${order % 8}` }),
    );
    const before = process.cpuUsage();
    const queue = filled(tasks);
    let count = 0;
    queue.offer(NOW, () => {
      count += 1;
      return 'started';
    });
    const { user } = process.cpuUsage(before);
    console.log(`ready queue: ${(user / tasks.length).toFixed(2)} µs of CPU a task`);
    expect(count).toBe(tasks.length);
  });
});

type Step =
  | { readonly kind: 'add'; readonly task: Omit<ReadyTask, 'task' | 'order'> }
  | { readonly kind: 'offer'; readonly afterMs: number; readonly outcomes: readonly Outcome[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    task: fc.record({
      run: fc.constant('run'),
      group: fc.constantFrom('a', 'b', 'c'),
      priority: fc.constantFrom<Priority>('critical', 'high', 'medium', 'low'),
      rank: fc.nat(3),
      notBefore: fc.nat(40),
    }),
  }),
  fc.record({
    kind: fc.constant('offer' as const),
    afterMs: fc.nat(15),
    outcomes: fc.array(fc.constantFrom<Outcome>('started', 'blocked', 'dropped')),
  }),
);

/** The model: a plain list, searched from end to end for what must come next. */
function checkAgainstModel(steps: readonly Step[]): void {
  const queue = new ReadyQueue();
  const waiting: ReadyTask[] = [];
  let nowMs = 0;
  for (const [order, step] of steps.entries()) {
    if (step.kind === 'add') {
      const task: ReadyTask = { ...step.task, task: `t${order}`, order };
      queue.add(task, nowMs);
      waiting.push(task);
      continue;
    }
    nowMs += step.afterMs;
    const outcomes = [...step.outcomes];
    const stuck = new Set<string>();
    const mayGo = (): readonly ReadyTask[] =>
      waiting.filter(({ group, notBefore }) => !stuck.has(group) && notBefore <= nowMs);
    const wakeAt = queue.offer(nowMs, (task) => {
      expect(task).toBe([...mayGo()].sort((a, b) => (comesBefore(a, b) ? -1 : 1))[0]);
      const outcome = outcomes.shift() ?? 'blocked';
      if (outcome === 'blocked') stuck.add(task.group);
      else waiting.splice(waiting.indexOf(task), 1);
      return outcome;
    });
    expect(mayGo()).toEqual([]);
    expect(queue.size).toBe(waiting.length);
    const later = waiting.map(({ notBefore }) => notBefore).filter((at) => at > nowMs);
    expect(wakeAt).toBe(later.length === 0 ? undefined : Math.min(...later));
  }
}

function ready(some: Partial<ReadyTask>): ReadyTask {
  return {
    run: 'run',
    task: 'task',
    group: 'worker/code',
    priority: 'medium',
    rank: 0,
    order: 0,
    notBefore: 0,
    ...some,
  };
}

function filled(tasks: readonly ReadyTask[]): ReadyQueue {
  const queue = new ReadyQueue();
  for (const task of tasks) queue.add(task, NOW);
  return queue;
}

function taken(queue: ReadyQueue, nowMs = NOW): readonly string[] {
  const tasks: string[] = [];
  queue.offer(nowMs, ({ task }) => {
    tasks.push(task);
    return 'started';
  });
  return tasks;
}

function refuseToAnswer({ task }: ReadyTask): never {
  throw new Error(`${task} was asked`);
}

import { describe, expect, it } from 'vitest';
import type { ReadyQueue } from './ready-queue.ts';
import { filled, flowOf, NOW, ready, taken } from './ready-task.fixture.ts';

describe('the shares of flows and priorities', () => {
  it('K3: priorities get 8, 4, 2 and 1 of fifteen starts, and none is shut out', () => {
    const queue = filled([
      ...flowOf('c', 200, { priority: 'critical', flow: 'f' }),
      ...flowOf('h', 200, { priority: 'high', flow: 'f' }),
      ...flowOf('m', 200, { priority: 'medium', flow: 'f' }),
      ...flowOf('l', 200, { priority: 'low', flow: 'f' }),
    ]);
    expect(counted(taken(queue, 150))).toEqual({ c: 80, h: 40, m: 20, l: 10 });
  });

  it('K3: the higher priority comes first where there is one of each', () => {
    const queue = filled([
      ready({ task: 'low', priority: 'low', order: 1 }),
      ready({ task: 'critical', priority: 'critical', order: 2 }),
      ready({ task: 'medium', order: 3 }),
      ready({ task: 'high', priority: 'high', order: 4 }),
    ]);
    expect(taken(queue)).toEqual(['critical', 'high', 'medium', 'low']);
  });

  it('K3: flows share by their weights, however many tasks each has', () => {
    const queue = filled([
      ...flowOf('a', 5_000),
      ...flowOf('b', 300, { weight: 2 }),
      ...flowOf('c', 300),
    ]);
    expect(counted(taken(queue, 400))).toEqual({ a: 100, b: 200, c: 100 });
  });

  it('K3: a flow gains nothing by having many kinds of work', () => {
    const queue = filled([
      ...flowOf('a', 300, { group: 'code' }),
      ...['code', 'test', 'document', 'review'].flatMap((group) =>
        flowOf('b', 300, { group }).map((task) => ({ ...task, task: `b-${group}${task.order}` })),
      ),
    ]);
    const { a, b } = counted(eachByItself(queue, 400));
    expect(a).toBeGreaterThan(195);
    expect(b).toBeGreaterThan(195);
  });

  it('K3: a flow gains nothing by coming with one task at a time, and loses nothing', () => {
    const queue = filled(flowOf('a', 1_000));
    const seen: string[] = [];
    for (let turn = 0; turn < 400; turn++) {
      if (queue.get('run', 'b1') === undefined) queue.add(ready({ flow: 'b', task: 'b1' }), NOW);
      seen.push(...taken(queue, 1));
    }
    expect(counted(seen)).toEqual({ a: 200, b: 200 });
  });

  it('K3 K5: a group that was blocked for long takes nothing from others when it is free again', () => {
    const queue = filled([
      ...flowOf('a', 1_000, { group: 'a' }),
      ...flowOf('b', 500, { group: 'b' }),
    ]);
    queue.offer(NOW, ({ task, order }) => {
      if (task.startsWith('b')) return 'blocked';
      return order <= 500 ? 'started' : 'blocked';
    });
    expect(counted(eachByItself(queue, 100))).toEqual({ a: 50, b: 50 });
  });

  it('K3 K5: a flow whose other tasks wait for a blocked model loses nothing with those that do not', () => {
    const queue = filled([
      ...flowOf('a', 300, { group: 'free' }),
      ...flowOf('x', 50, { group: 'blocked', flow: 'a' }),
      ...flowOf('b', 300, { group: 'free' }),
    ]);
    const seen: string[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const before = seen.length;
      queue.offer(NOW, ({ task, group }) => {
        if (group === 'blocked' || seen.length > before) return 'blocked';
        seen.push(task);
        return 'started';
      });
    }
    expect(counted(seen)).toEqual({ a: 100, b: 100 });
  });

  it('K3: inside a blocked group the shares stay what they were', () => {
    const queue = filled([
      ...flowOf('x', 900, { group: 'fast' }),
      ...flowOf('h', 100, { group: 'slow', weight: 4 }),
      ...flowOf('l', 100, { group: 'slow' }),
    ]);
    const seen: string[] = [];
    for (let turn = 0; turn < 100; turn++) {
      const free = new Map([
        ['fast', 5],
        ['slow', 1],
      ]);
      queue.offer(NOW, ({ task, group }) => {
        const left = free.get(group) ?? 0;
        if (left === 0) return 'blocked';
        free.set(group, left - 1);
        if (group === 'slow') seen.push(task);
        return 'started';
      });
    }
    expect(counted(seen)).toEqual({ h: 80, l: 20 });
  });

  it('K3: what has waited long counts more than its weight', () => {
    const fresh = filled([...flowOf('a', 100), ...flowOf('b', 100)]);
    expect(counted(taken(fresh, 100))).toEqual({ a: 50, b: 50 });
    const later = NOW + 180_000;
    const aged = filled([...flowOf('a', 100, { readyAt: later }), ...flowOf('b', 100)]);
    expect(counted(taken(aged, 100, later))).toEqual({ a: 20, b: 80 });
  });

  it('K3: of starts in a row at most a quarter and one go by deadline, however many are due', () => {
    const queue = filled([
      ...flowOf('u', 300, { latestStartAt: NOW + 5_000, weight: 0.001 }),
      ...flowOf('n', 300),
    ]);
    const seen = taken(queue, 200);
    expect(counted(seen)['u']).toBe(50);
    for (let from = 0; from + 20 <= seen.length; from++) {
      const part = counted(seen.slice(from, from + 20));
      expect(part['u'] ?? 0).toBeLessThanOrEqual(6);
    }
  });

  it('K3: a deadline that is far away changes nothing, and the nearest comes first', () => {
    const queue = filled([
      ready({ task: 'first', order: 1 }),
      ready({ task: 'far', order: 2, latestStartAt: NOW + 1_000_000 }),
      ready({ task: 'near', order: 3, latestStartAt: NOW + 9_000 }),
      ready({ task: 'nearest', order: 4, latestStartAt: NOW + 8_000 }),
    ]);
    expect(taken(queue, 2)).toEqual(['nearest', 'first']);
  });

  it('K3: what a person put first comes before all, deadlines included', () => {
    const queue = filled([
      ready({ task: 'due', order: 1, latestStartAt: NOW }),
      ready({ task: 'other group', order: 2, group: 'x', priority: 'critical' }),
      ready({ task: 'express', order: 3, priority: 'low', express: true }),
    ]);
    expect(taken(queue)).toEqual(['express', 'due', 'other group']);
  });
});

/** Starts tasks one at a turn, as on one model that is always taken. */
function eachByItself(queue: ReadyQueue, count: number): readonly string[] {
  return Array.from({ length: count }, () => taken(queue, 1)[0] ?? '');
}

/** How many of each begin with each letter. */
function counted(tasks: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    const letter = task.slice(0, 1);
    counts[letter] = (counts[letter] ?? 0) + 1;
  }
  return counts;
}

import { describe, expect, it } from 'vitest';
import { Heap } from '../internal/heap.ts';
import { TaskGraph } from '../plan/task-graph.ts';
import { ready } from './ready-task.fixture.ts';
import { TaskQueue } from './task-queue.ts';

interface Work {
  readonly key: string;
  readonly needs: readonly string[];
  readonly lastsMs: number;
}

describe('the time that a graph takes', () => {
  it('K3 K4: is at most 1.1 times the least possible, and places stand empty only for want of ready tasks', () => {
    const ratios = Array.from({ length: 40 }, (_, seed) => {
      const works = graphOf(seed + 1, 150);
      const places = 2 + (seed % 5);
      return { ratio: play(works, places) / leastMs(works, places), seed };
    });
    for (const { ratio, seed } of ratios) expect(ratio, `graph ${seed}`).toBeLessThanOrEqual(1.1);
  });
});

/** Works a graph on so many equal places; returns how long it took. */
function play(works: readonly Work[], places: number): number {
  const graph = new TaskGraph(works);
  const lasts = new Map(works.map(({ key, lastsMs }) => [key, lastsMs]));
  const queue = new TaskQueue();
  const ends = new Heap<{ readonly key: string; readonly at: number }>((a, b) => a.at < b.at);
  let order = 0;
  let nowMs = 0;
  let free = places;
  const enqueue = (key: string): void => {
    order += 1;
    queue.add(ready({ task: key, rank: graph.rank(key), order, readyAt: nowMs }), nowMs);
  };
  for (const key of graph.ready()) enqueue(key);
  do {
    queue.offer(nowMs, ({ task }) => {
      if (free === 0) return 'blocked';
      free -= 1;
      ends.push({ key: task, at: nowMs + (lasts.get(task) ?? 0) });
      return 'started';
    });
    expect(free === 0 || queue.size === 0).toBe(true);
    const end = ends.pop();
    if (end === undefined) break;
    nowMs = end.at;
    free += 1;
    for (const key of graph.complete(end.key)) enqueue(key);
  } while (ends.size > 0 || queue.size > 0);
  return nowMs;
}

/** Nothing is faster than all work shared out evenly, nor than the longest chain. */
function leastMs(works: readonly Work[], places: number): number {
  const endOf = new Map<string, number>();
  let total = 0;
  let longest = 0;
  for (const { key, needs, lastsMs } of works) {
    const end = lastsMs + Math.max(0, ...needs.map((need) => endOf.get(need) ?? 0));
    endOf.set(key, end);
    longest = Math.max(longest, end);
    total += lastsMs;
  }
  return Math.max(total / places, longest);
}

/** A graph as task files have them: most tasks need one or two of those not far before them. */
function graphOf(seed: number, count: number): readonly Work[] {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, (_, index) => {
    const needs = new Set<string>();
    for (let n = Math.floor(random() * 3); n > 0 && index > 0; n--) {
      needs.add(`t${Math.max(0, index - 1 - Math.floor(random() * 12))}`);
    }
    return { key: `t${index}`, needs: [...needs], lastsMs: 500 + Math.floor(random() * 4_500) };
  });
}

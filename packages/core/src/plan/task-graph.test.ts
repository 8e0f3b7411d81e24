import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanTask } from '../spec/task.ts';
import { drawTasks, everythingNeeded, inOrder, planTask } from './task.fixture.ts';
import { TaskGraph } from './task-graph.ts';

const DIAMOND = [
  planTask('a', []),
  planTask('b', ['a']),
  planTask('c', ['a']),
  planTask('d', ['b', 'c']),
];

const acyclicTasks = fc.array(fc.nat(1_000), { maxLength: 70 }).map(drawTasks);

describe('TaskGraph', () => {
  it('K7: the longest chain is that of what is not verified', () => {
    const graph = new TaskGraph([
      { key: 'a', needs: [] },
      { key: 'b', needs: ['a'] },
      { key: 'c', needs: ['b'] },
      { key: 'd', needs: [] },
    ]);
    expect(graph.longest()).toBe(2);
    graph.complete('a');
    expect(graph.longest()).toBe(1);
    for (const key of ['b', 'c', 'd']) graph.complete(key);
    expect(graph.longest()).toBe(0);
  });

  it('K2: has a task ready when all it needs is verified', () => {
    const graph = new TaskGraph(DIAMOND);
    expect(graph.ready()).toEqual(['a']);
    expect(graph.complete('a')).toEqual(['b', 'c']);
    expect(graph.complete('b')).toEqual([]);
    expect(graph.ready()).toEqual(['c']);
    expect(graph.complete('c')).toEqual(['d']);
    expect(graph.complete('d')).toEqual([]);
    expect(graph.ready()).toEqual([]);
    expect(graph.size).toBe(4);
  });

  it('K2: a second word that a task is verified changes nothing', () => {
    const graph = new TaskGraph(DIAMOND);
    graph.complete('a');
    expect(graph.complete('a')).toEqual([]);
    expect(graph.complete('b')).toEqual([]);
    expect(graph.complete('b')).toEqual([]);
    expect(graph.complete('unknown')).toEqual([]);
    expect(graph.complete('c')).toEqual(['d']);
  });

  it('K6: tells who waits for a task, and nobody twice', () => {
    const graph = new TaskGraph(DIAMOND);
    expect([...graph.dependantsOf('a')].sort()).toEqual(['b', 'c', 'd']);
    expect(graph.dependantsOf('d')).toEqual([]);
    expect(graph.dependantsOf('unknown')).toEqual([]);
  });

  it('K2: grows while it is worked, by tasks that need old ones', () => {
    const graph = new TaskGraph(DIAMOND);
    graph.complete('a');
    graph.add([planTask('e', ['a']), planTask('f', ['a', 'd']), planTask('g', ['f'])]);
    expect(graph.ready()).toEqual(['b', 'c', 'e']);
    expect(graph.dependantsOf('b')).toEqual(['d', 'f', 'g']);
    graph.complete('b');
    graph.complete('c');
    expect(graph.complete('d')).toEqual(['f']);
  });

  it('K2: leaves a task as it is that is added again', () => {
    const graph = new TaskGraph(DIAMOND);
    graph.complete('a');
    graph.add([planTask('a', []), planTask('b', ['d']), planTask('e', ['a', 'b'])]);
    expect(graph.size).toBe(5);
    expect(graph.ready()).toEqual(['b', 'c']);
    expect(graph.complete('b')).toEqual(['e']);
    expect(graph.complete('c')).toEqual(['d']);
  });

  it('K2: refuses tasks that need what is not there, and then takes none of them', () => {
    const graph = new TaskGraph(DIAMOND);
    const unknown = expect.objectContaining({ code: 'plan.unknown-need' });
    expect(() => graph.add([planTask('e', ['d']), planTask('f', ['gone'])])).toThrow(unknown);
    expect(graph.size).toBe(4);
    expect(graph.dependantsOf('d')).toEqual([]);
    graph.add([planTask('e', ['d'])]);
    expect(graph.dependantsOf('d')).toEqual(['e']);
  });

  it('K3: the rank of a task grows with what is added behind those that wait for it', () => {
    const graph = new TaskGraph(DIAMOND);
    expect(ranks(graph, 'abcd')).toEqual([2, 1, 1, 0]);
    graph.add([planTask('e', ['d']), planTask('f', ['c'])]);
    expect(ranks(graph, 'abcdef')).toEqual([3, 2, 2, 1, 0, 0]);
    expect(graph.rank('unknown')).toBe(0);
  });

  it('K2: starts every task exactly once, and never before what it needs', () => {
    fc.assert(
      fc.property(acyclicTasks, fc.array(fc.nat()), (tasks, choices) => {
        const graph = new TaskGraph(tasks);
        const needsOf = new Map(tasks.map(({ key, needs }) => [key, needs]));
        const ready = [...graph.ready()];
        const started: string[] = [];
        const done = new Set<string>();
        for (let turn = 0; ready.length > 0; turn++) {
          const [key = ''] = ready.splice((choices[turn] ?? 0) % ready.length, 1);
          for (const need of needsOf.get(key) ?? []) expect(done).toContain(need);
          started.push(key);
          done.add(key);
          ready.push(...graph.complete(key));
          expect([...graph.ready()].sort()).toEqual([...ready].sort());
        }
        expect([...started].sort()).toEqual(tasks.map(({ key }) => key).sort());
      }),
    );
  });

  it('K2 K3: a graph that grew is the graph that was given at once', () => {
    fc.assert(
      fc.property(acyclicTasks, fc.nat(), fc.boolean(), (tasks, at, asksBetween) => {
        const sorted = inOrder(tasks);
        const split = at % (sorted.length + 1);
        const graph = new TaskGraph(sorted.slice(0, split));
        if (asksBetween) for (const { key } of tasks) graph.rank(key);
        graph.add(sorted.slice(split));
        const whole = new TaskGraph(tasks);
        const needed = everythingNeeded(tasks);
        const longest = longestChains(tasks);
        for (const { key } of tasks) {
          const behind = tasks.filter((other) => needed.get(other.key)?.has(key) === true);
          expect([...graph.dependantsOf(key)].sort()).toEqual(behind.map((one) => one.key).sort());
          expect(graph.rank(key)).toBe(longest(key));
          expect(whole.rank(key)).toBe(longest(key));
        }
      }),
    );
  });

  it('K2: 100,000 tasks of three needs each', () => {
    const tasks = Array.from({ length: 100_000 }, (_, at) =>
      planTask(`t${at}`, at < 300 ? [] : [`t${at - 300}`, `t${at - 271}`, `t${at - 113}`]),
    );
    const before = process.cpuUsage();
    const graph = new TaskGraph(tasks);
    const ready = [...graph.ready()];
    let ranked = 0;
    for (const key of ready) {
      ranked += graph.rank(key);
      ready.push(...graph.complete(key));
    }
    const { user } = process.cpuUsage(before);
    console.log(`task graph: ${(user / tasks.length).toFixed(2)} µs of CPU a task`);
    expect(ready).toHaveLength(tasks.length);
    expect(ranked).toBeGreaterThan(0);
  });

  it('K2: a chain of 100,000 tasks', () => {
    const tasks = Array.from({ length: 100_000 }, (_, at) =>
      planTask(`t${at}`, at === 0 ? [] : [`t${at - 1}`]),
    );
    const graph = new TaskGraph(tasks);
    expect(graph.rank('t0')).toBe(99_999);
    expect(graph.dependantsOf('t0')).toHaveLength(99_999);
  });
});

function ranks(graph: TaskGraph, keys: string): readonly number[] {
  return [...keys].map((key) => graph.rank(key));
}

/** By trying every chain. */
function longestChains(tasks: readonly PlanTask[]): (key: string) => number {
  const longest = (key: string): number =>
    Math.max(
      0,
      ...tasks.filter(({ needs }) => needs.includes(key)).map((task) => longest(task.key) + 1),
    );
  return longest;
}

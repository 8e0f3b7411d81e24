import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../internal/slices.ts';
import { type CriticalPath, criticalPath, type RemainingTask } from './critical-path.ts';

describe('the critical path', () => {
  it('K7: is the longest chain by time, and the others have slack beside it', () => {
    const { tasks, lasts, floats } = pathOf([
      { key: 'ship', needs: ['build', 'docs'], lasts: 1 },
      { key: 'build', needs: ['design'], lasts: 10 },
      { key: 'docs', needs: ['design'], lasts: 4 },
      { key: 'design', needs: ['done before'], lasts: 2 },
    ]);
    expect(tasks).toEqual(['design', 'build', 'ship']);
    expect(lasts).toBe(13);
    expect(floats.get('docs')).toEqual({
      earliestStart: 2,
      earliestEnd: 6,
      latestEnd: 12,
      slack: 6,
      behind: 1,
    });
    expect(floats.get('design')).toMatchObject({ slack: 0, behind: 3 });
  });

  it('K7: there is none where nothing is left', () => {
    expect(pathOf([])).toEqual({ tasks: [], lasts: 0, floats: new Map() });
  });

  it('K7: and slack agree with brute force on graphs of chance', () => {
    fc.assert(
      fc.property(graph, (tasks) => {
        const found = pathOf(tasks);
        const length = lengthOf(tasks);
        expect(found.lasts).toBe(length);
        expect(isChain(tasks, found.tasks)).toBe(true);
        expect(sumOf(tasks, found.tasks)).toBe(length);
        for (const task of tasks) {
          const { slack, behind } = found.floats.get(task.key) ?? { slack: -1, behind: -1 };
          expect(slack, `slack of ${task.key}`).toBe(slackOf(tasks, task, length));
          expect(behind, `behind ${task.key}`).toBe(behindOf(tasks, task.key).size);
        }
        for (const key of found.tasks) expect(found.floats.get(key)?.slack).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('K7 K4: counts what is behind each of many tasks as walking from each of them does', () => {
    const tasks = Array.from({ length: 200 }, (_, at) => ({
      key: `t${at}`,
      needs: at === 0 || at % 9 === 4 ? [] : [at * 13, at * 29 + 5].map((n) => `t${n % at}`),
      lasts: 1,
    }));
    const { floats } = pathOf(tasks);
    const counted = tasks.map(({ key }) => floats.get(key)?.behind);
    expect(counted).toEqual(tasks.map(({ key }) => walkedFrom(tasks, key)));
    expect(Math.max(...counted.map((count) => count ?? 0))).toBeGreaterThan(100);
  });

  it('K7: of 5,000 tasks in one chain is found without running out of stack', () => {
    const chain = Array.from({ length: 5_000 }, (_, at) => ({
      key: `t${at}`,
      needs: at === 0 ? [] : [`t${at - 1}`],
      lasts: 1,
    }));
    const { tasks, lasts, floats } = pathOf(chain);
    expect([tasks.length, lasts, floats.get('t0')?.behind]).toEqual([5_000, 5_000, 4_999]);
  });
});

function pathOf(tasks: readonly RemainingTask[]): CriticalPath {
  return atOnce(criticalPath(tasks));
}

/** Up to nine tasks in any order of their keys, whole numbers of ms, zero among them. */
const graph: fc.Arbitrary<readonly RemainingTask[]> = fc
  .array(fc.record({ lasts: fc.nat(9), needs: fc.array(fc.nat(8), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 9,
  })
  .chain((drawn) => {
    const tasks = drawn.map(({ lasts, needs }, at) => ({
      key: `t${at}`,
      needs: needs.filter((need) => need < at).map((need) => `t${need}`),
      lasts,
    }));
    return fc.shuffledSubarray(tasks, { minLength: tasks.length, maxLength: tasks.length });
  });

/** Every chain from `task` on, each as its length, found by walking them all. */
function chainsFrom(tasks: readonly RemainingTask[], task: RemainingTask): readonly number[] {
  const next = tasks.filter(({ needs }) => needs.includes(task.key));
  return [
    task.lasts,
    ...next.flatMap((one) => chainsFrom(tasks, one).map((length) => task.lasts + length)),
  ];
}

function lengthOf(tasks: readonly RemainingTask[]): number {
  return Math.max(...tasks.flatMap((task) => chainsFrom(tasks, task)));
}

/** By trying how much longer it may take before the whole takes longer. */
function slackOf(tasks: readonly RemainingTask[], task: RemainingTask, length: number): number {
  for (let more = 1; ; more++) {
    const longer = tasks.map((one) => (one === task ? { ...one, lasts: one.lasts + more } : one));
    if (lengthOf(longer) > length) return more - 1;
  }
}

function behindOf(tasks: readonly RemainingTask[], key: string): ReadonlySet<string> {
  const next = tasks.filter(({ needs }) => needs.includes(key));
  return new Set(next.flatMap((one) => [one.key, ...behindOf(tasks, one.key)]));
}

function walkedFrom(tasks: readonly RemainingTask[], from: string): number {
  const found = new Set([from]);
  for (const key of found) {
    for (const task of tasks) if (task.needs.includes(key)) found.add(task.key);
  }
  return found.size - 1;
}

function isChain(tasks: readonly RemainingTask[], keys: readonly string[]): boolean {
  return keys.every((key, at) => {
    const before = keys[at - 1];
    const needs = tasks.find((task) => task.key === key)?.needs ?? [];
    return before === undefined || needs.includes(before);
  });
}

function sumOf(tasks: readonly RemainingTask[], keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + (tasks.find((one) => one.key === key)?.lasts ?? 0), 0);
}

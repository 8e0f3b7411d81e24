import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { PlanPatch } from '../plan/patch-schema.ts';
import { sortByNeeds } from '../plan/sort-by-needs.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { type AppliedPatch, applyPatch } from './apply-patch.ts';

const CHECKS = { kinds: ['review', 'files'], always: [{ kind: 'tsc' }] };
const OLD = [
  { kind: 'says', value: 'it' },
  { kind: 'command', value: 'npm test' },
];

describe('applyPatch', () => {
  it('K10 K2: makes no circle, takes no check away, and leaves every other task as it is, whatever is asked', () => {
    const seen = { replace: 0, change: 0, 'give-up': 0 };
    fc.assert(
      fc.property(graphs, fc.nat(), patches, (tasks, pick, patch) => {
        const run = runOf(tasks);
        const [key = ''] = [...run.tasks.keys()].slice(pick % tasks.length);
        const task = run.tasks.get(key) as TaskState;
        const applied = applyPatch(run, task, patch, CHECKS);
        if (applied.kind === 'refused') {
          expect(applied.problems.every((problem) => problem.length > 10)).toBe(true);
          return;
        }
        seen[patch.action] += 1;
        const after = afterPatch(run, applied);
        expect(circlesIn(after)).toEqual([]);
        const provers = after.filter(
          (one) => one.key === key || one.key === after.find((two) => two.key === key)?.replacedBy,
        );
        if (patch.action !== 'give-up') {
          expect(provers.some(({ checks }) => OLD.every((old) => hasCheck(checks, old)))).toBe(
            true,
          );
        }
        const others = tasks.filter((one) => one.key !== key);
        expect(
          others.every((one) => after.includes(run.tasks.get(one.key)?.task as PlanTask)),
        ).toBe(true);
        // Every new task is checked, and files are never written by two that could run at once.
        expect(applied.added.every(({ checks }) => checks.length > 0)).toBe(true);
      }),
      { numRuns: 600 },
    );
    expect(Object.values(seen).every((times) => times >= 20)).toBe(true);
  });

  it('K10: has what stands in begin with what the task had to go by, and end it', () => {
    const run = runOf([
      planTask('a', []),
      { ...planTask('b', ['a']), checks: OLD, phase: 'p' },
      planTask('c', ['b']),
    ]);
    const wishes = [wish('x', []), wish('y', []), wish('z', ['x'])];
    const patch: PlanPatch = { action: 'replace', because: 'so', tasks: wishes };
    const applied = applyPatch(run, run.tasks.get('b') as TaskState, patch, CHECKS);
    if (applied.kind !== 'applied') throw new Error(applied.problems.join());
    expect(applied.added.map(({ key, needs, phase }) => [key, needs, phase])).toEqual([
      ['x', ['a'], 'p'],
      ['y', ['a'], 'p'],
      ['z', ['x', 'y'], 'p'],
    ]);
    expect(applied.changed).toMatchObject([{ key: 'b', needs: ['a', 'z'], replacedBy: 'z' }]);
  });
});

const keys = ['a', 'b', 'c', 'd', 'e'];

/** Graphs without circles, all of whose tasks have the same checks. */
const graphs: fc.Arbitrary<readonly PlanTask[]> = fc
  .array(fc.tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.subarray(['f', 'g'])), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) =>
    all.map(([needs, files], at) => {
      const earlier = [...new Set(needs)]
        .filter((need) => need < at)
        .map((need) => keys[need] ?? '');
      return { ...planTask(keys[at] ?? '', earlier), files, checks: OLD };
    }),
  );

/** Mostly what a model would answer, and now and then what it should not. */
const wishes: fc.Arbitrary<TaskInput> = fc
  .record({
    key: fc.constantFrom('u', 'v', 'w', 'u', 'v', 'w', 'a'),
    needs: fc.uniqueArray(fc.constantFrom('u', 'v', 'w', 'a', 'b', 'c'), { maxLength: 1 }),
    files: fc.subarray(['f', 'g']),
    kind: fc.constantFrom(...Array<string>(6).fill('write'), 'check', 'plan'),
  })
  .map((one) => ({ ...wish(one.key, one.needs), files: one.files, kind: one.kind }));

const patches: fc.Arbitrary<PlanPatch> = fc.oneof(
  fc.record({
    action: fc.constant('replace' as const),
    because: fc.constant('so'),
    tasks: fc.uniqueArray(wishes, { minLength: 1, maxLength: 4, selector: ({ key }) => key }),
  }),
  fc.record({
    action: fc.constant('change' as const),
    because: fc.constant('so'),
    tasks: fc.array(wishes, { minLength: 1, maxLength: 1 }),
  }),
  fc.constant<PlanPatch>({ action: 'give-up', because: 'so', tasks: [] }),
);

function wish(key: string, needs: readonly string[]): TaskInput {
  return {
    key,
    title: key,
    instruction: `Do ${key}.`,
    kind: 'write',
    needs,
    files: [],
    checks: [],
  };
}

function runOf(tasks: readonly PlanTask[]): RunState {
  const runs: Runs = new Map();
  foldRun(runs, place({ type: 'run.started', run: 'r', data: { title: 'x' } }, 1));
  foldRun(runs, place({ type: 'plan.accepted', run: 'r', data: { by: 'host', tasks } }, 2));
  return runs.get('r') as RunState;
}

function afterPatch(
  run: RunState,
  { added, changed }: Extract<AppliedPatch, { kind: 'applied' }>,
): readonly PlanTask[] {
  const now = [...run.tasks.values()].map(
    ({ task }) => changed.find(({ key }) => key === task.key) ?? task,
  );
  return [...now, ...added];
}

function circlesIn(tasks: readonly PlanTask[]): readonly unknown[] {
  const places = new Map(tasks.map(({ key }, at) => [key, at]));
  return sortByNeeds(tasks.map(({ needs }) => needs.map((need) => places.get(need) ?? -1))).cycles;
}

function hasCheck(checks: PlanTask['checks'], wanted: PlanTask['checks'][number]): boolean {
  return checks.some(({ kind, value }) => kind === wanted.kind && value === wanted.value);
}

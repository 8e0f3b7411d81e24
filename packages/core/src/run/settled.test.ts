import { describe, expect, it } from 'vitest';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import type { RunState } from '../journal/run-state.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { TaskInput } from '../spec/task.ts';
import { hasItsNeeds, lostWith } from './settled.ts';

function runOf(inputs: readonly TaskInput[], failed: readonly string[] = []): RunState {
  const runs: Runs = new Map();
  const common = { id: 'e', stream: 's', seq: 1, at: 0, v: 1, epoch: 1, actor: 'x', run: 'r' };
  const events: readonly OverseerEvent[] = [
    { ...common, type: 'run.started', data: { title: 'x' } },
    {
      ...common,
      type: 'plan.accepted',
      data: { by: 'host', tasks: normaliseTasks(inputs) },
    },
    ...failed.map(
      (task): OverseerEvent => ({ ...common, task, type: 'task.failed', data: { because: 'x' } }),
    ),
  ];
  for (const event of events) foldRun(runs, event);
  return runs.get('r') as RunState;
}

const vote = { key: 'v', instruction: 'x', ensemble: { kind: 'vote', of: 2 } } as const;

describe('a task that failed', () => {
  it('M15: as a member of an ensemble takes neither its end nor what waits for it along', () => {
    const run = runOf([vote, { key: 'w', instruction: 'x', needs: ['v'] }], ['v/1']);
    const member = run.tasks.get('v/1');
    if (member === undefined) throw new Error('it is not there');
    expect(lostWith(run, member, ['v', 'w'])).toEqual([]);
  });

  it('M15: as a member lets its ensemble end once the others are over too', () => {
    const isReady = (failed: readonly string[]): boolean => {
      const run = runOf([vote, { key: 'w', instruction: 'x', needs: ['v'] }], failed);
      const end = run.tasks.get('v');
      return end !== undefined && hasItsNeeds(run, end);
    };
    expect(isReady([])).toBe(false);
    expect(isReady(['v/1'])).toBe(false);
    expect(isReady(['v/1', 'v/2'])).toBe(true);
    const after = runOf([vote, { key: 'w', instruction: 'x', needs: ['v'] }], ['v']);
    const last = after.tasks.get('w');
    expect(last !== undefined && hasItsNeeds(after, last)).toBe(false);
  });

  it('M15: as any other takes all along that wait for it', () => {
    const run = runOf(
      [
        { key: 'f', instruction: 'x' },
        { ...vote, needs: ['f'] },
      ],
      ['f'],
    );
    const task = run.tasks.get('f');
    if (task === undefined) throw new Error('it is not there');
    expect(lostWith(run, task, ['v/1', 'v/2', 'v'])).toEqual(['v/1', 'v/2', 'v']);
  });

  it('M15: takes along what a plan made wait for a member itself', () => {
    const run = runOf([vote]);
    const [extra] = normaliseTasks(
      [{ key: 'own', instruction: 'x', needs: ['v/1'] }],
      [...run.tasks.values()].map(({ task }) => task),
    );
    const [late] = normaliseTasks([{ key: 'late', instruction: 'x' }]);
    for (const task of [extra, late && { ...late, needs: ['own', 'v'] }]) {
      const known = run.tasks.get('v');
      if (task !== undefined && known !== undefined) run.tasks.set(task.key, { ...known, task });
    }
    const member = run.tasks.get('v/1');
    if (member === undefined) throw new Error('it is not there');
    expect(lostWith(run, member, ['late', 'v', 'own']).toSorted()).toEqual(['late', 'own']);
  });
});

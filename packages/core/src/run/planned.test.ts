import { describe, expect, it } from 'vitest';
import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun } from '../journal/fold-run.ts';
import { place } from '../journal/history.fixture.ts';
import type { RunState } from '../journal/run-state.ts';
import { planTask } from '../plan/task.fixture.ts';
import type { PlanTask } from '../spec/task.ts';
import { plannedDrafts } from './planned.ts';

describe('plannedDrafts', () => {
  it('A4: has new tasks wait for tasks of their run that write the same files', async () => {
    const at = attemptAmong([planTask('old', [], ['./src/x.ts'])]);
    expect(await needsAfter(at, { a: ['src/x.ts'], b: ['src/y.ts'] })).toEqual({
      a: ['old'],
      b: [],
    });
  });

  it('A4 K6: has nobody wait for a task that failed, which would never let it start', async () => {
    const failed: EventDraft = {
      type: 'task.failed',
      run: 'r',
      task: 'old',
      data: { because: 'no', findings: [] },
    };
    const at = attemptAmong([planTask('old', [], ['x.ts'])], [failed]);
    expect(await needsAfter(at, { a: ['x.ts'], b: ['x.ts'] })).toEqual({ a: [], b: ['a'] });
  });

  it('K1: sends a plan back that takes a key of its run, in words', async () => {
    const at = attemptAmong([planTask('old', [])]);
    expect(await plannedDrafts(at, planOf({ old: [] }))).toEqual({
      kind: 'refused',
      problems: ['The run has a task with the key "old" already; give the new one another key.'],
    });
  });
});

/** A planning task among other tasks, after more has happened. */
function attemptAmong(
  others: readonly PlanTask[],
  happened: readonly EventDraft[] = [],
): AttemptPlace {
  const runs = new Map<string, RunState>();
  const tasks = [planTask('planner', []), ...others];
  const drafts: readonly EventDraft[] = [
    { type: 'run.started', run: 'r', data: { title: 'r' } },
    { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks } },
    ...happened,
  ];
  for (const [at, draft] of drafts.entries()) foldRun(runs, place(draft, at + 1));
  const run = runs.get('r');
  const task = run?.tasks.get('planner');
  return { run, task } as AttemptPlace;
}

async function needsAfter(
  at: AttemptPlace,
  files: Readonly<Record<string, readonly string[]>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const plan = await plannedDrafts(at, planOf(files));
  const [draft] = plan.kind === 'accepted' ? plan.drafts : [];
  const tasks = draft?.type === 'plan.accepted' ? draft.data.tasks : [];
  return Object.fromEntries(tasks.map(({ key, needs }) => [key, needs]));
}

/** A plan of tasks that write these files. */
function planOf(files: Readonly<Record<string, readonly string[]>>): string {
  const tasks = Object.entries(files).map(([key, written]) => ({
    key,
    title: key,
    instruction: `Do ${key}.`,
    kind: 'code',
    needs: [],
    files: written,
    role: null,
    priority: 'medium',
    checks: [],
  }));
  return JSON.stringify({ tasks });
}

import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import { recoverRun } from './recover.ts';

const AT = { run: 'r', task: 'x', attempt: 'a1' };
const COST = { inputTokens: 1, outputTokens: 2, microUsd: 3 };
const begun: EventDraft<'call.started'> = {
  type: 'call.started',
  ...AT,
  call: 'c1',
  model: 'm',
  data: { step: 1, holds: [], estimate: COST, worst: COST },
};

describe('recoverRun', () => {
  it('R1 R2: closes each of two calls under its own model, after which nothing is open', () => {
    const runs: Runs = new Map();
    const estimate = { ...COST, microUsd: 9 };
    const hedge = { of: 'c1', version: 'p/n', because: 'silent' };
    const drafts: readonly EventDraft[] = [
      { type: 'run.started', run: 'r', data: { title: 'r' } },
      { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks: [planTask('x', [])] } },
      { type: 'task.assigned', ...AT, data: { model: 'm', because: 'free' } },
      begun,
      { ...begun, call: 'c2', model: 'n', data: { ...begun.data, estimate, hedge } },
    ];
    for (const draft of drafts) foldRun(runs, place(draft));
    const run = runs.get('r');
    if (run === undefined) throw new Error('the run is gone');
    const left = recoverRun(run, 77);
    const message = 'the process ended during the call';
    const data = { kind: 'aborted', message, uncertain: true, retryable: true, retryAt: 77 };
    expect(left).toMatchObject([
      { ...AT, call: 'c1', model: 'm', data: { ...data, settled: COST } },
      { ...AT, call: 'c2', model: 'n', data: { ...data, settled: estimate } },
    ]);
    for (const draft of left) foldRun(runs, place(draft));
    const attempt = run.tasks.get('x')?.attempt;
    expect(attempt && openCallsOf(attempt)).toEqual([]);
    expect(attempt).toMatchObject({ model: 'm', failures: 0, failure: { kind: 'aborted' } });
    expect(recoverRun(run, 78)).toEqual([]);
  });
});

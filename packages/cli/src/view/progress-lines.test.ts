import { ProgressFold, progressOf } from '@overseer/core';
import type { OverseerEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { bar, progressLines } from './progress-lines.ts';

describe('the progress of a run in plain text', () => {
  it('K7 A6: has a bar for each phase, the critical path, the limits and what holds it up', () => {
    const fold = new ProgressFold();
    for (const event of events) fold.take(event);
    const progress = progressOf(fold, { nowMs: 10_000 });
    const [run] = progress.runs;
    expect(run === undefined ? [] : progressLines(run, progress)).toEqual([
      'phase  verified                     tasks',
      expect.stringMatching(/^─+$/),
      'Plan   ████████████████████  100 %  1 done',
      'Build  ░░░░░░░░░░░░░░░░░░░░    0 %  1 limited, 1 blocked',
      'all    ███████░░░░░░░░░░░░░   33 %  1 done, 1 limited, 1 blocked',
      'critical path: code → test (at least 8.0 s more)',
      'limits delayed it by 5.0 s, 56 % of its time: a: 5 calls (5.0 s in 1 wait)',
      'it would go on from event 7, 1 change in, the last abc',
      'holds up: 1 task waits for a: 5/5 calls, resets in 30 s',
      'holds up: code holds up 1 task: it waits for a: 5/5 calls, resets in 30 s',
    ]);
  });

  it('K7: a bar is full only where nothing is left, and empty only where nothing is done', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map((share) => bar(share).indexOf('░'))).toEqual([
      0, 1, 10, 19, -1,
    ]);
  });
});

const plan = [
  ['design', 'Plan', []],
  ['code', 'Build', ['design']],
  ['test', 'Build', ['code']],
].map(([key, phase, needs]) => ({
  ...{ key, phase, needs, title: key, instruction: 'x', kind: 'code', files: [] },
  ...{ priority: 'medium', checks: [] },
}));

const events = (
  [
    [1_000, 'run.started', { data: { title: 'It' } }],
    [1_000, 'plan.accepted', { data: { by: 'host', tasks: plan } }],
    [1_000, 'task.assigned', { task: 'design', attempt: 'a1', data: { model: 'a', because: '' } }],
    [1_000, 'call.started', { task: 'design', attempt: 'a1', call: 'c', model: 'a', data: {} }],
    [5_000, 'task.done', { task: 'design', attempt: 'a1', data: { commit: 'abc' } }],
    [
      5_000,
      'task.waiting',
      { task: 'code', data: { because: 'a: 5/5 calls, resets in 30 s', untilAt: 35_000 } },
    ],
    [5_000, 'run.note', { data: {} }],
  ] as const
).map(([at, type, rest], index) => ({
  ...{ id: `e${index}`, stream: 'project/p', seq: index + 1, v: 1, epoch: 1, actor: 'overseer' },
  ...{ run: 'r', at, type },
  ...rest,
})) as unknown as readonly OverseerEvent[];

import type { OverseerEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import {
  callFailed,
  callFinished,
  callStarted,
  event,
  HEDGE,
  planTask,
  START,
  verdict,
} from './event.fixture.ts';
import { emptyView, foldView, ownerOf, type RunView } from './run-view.ts';

const started: readonly OverseerEvent[] = [
  event('run.started', { title: 'Work' }),
  event('plan.accepted', { by: 'host', tasks: [planTask('a'), planTask('b')] }),
];

function viewOf(...events: readonly OverseerEvent[]): RunView {
  const view = emptyView();
  for (const one of [...started, ...events]) foldView(view, one);
  return view;
}

const assigned = (task: string, model: string, at = START): OverseerEvent =>
  event('task.assigned', { model, because: 'free' }, { task, at });

describe('foldView', () => {
  it('A6: knows a run and its tasks from their start', () => {
    const view = viewOf();
    expect(view).toMatchObject({ run: 'r', title: 'Work', status: 'running', startedAt: START });
    expect([...view.tasks.values()].map(({ key, status }) => [key, status])).toEqual([
      ['a', 'open'],
      ['b', 'open'],
    ]);
  });

  it('A6 L4: a call that was not sent keeps no model busy and counts nowhere', () => {
    const withheld = event(
      'call.withheld',
      { because: 'no room' },
      { call: 'c1', task: 'a', model: 'm' },
    );
    const view = viewOf(assigned('a', 'm'), callStarted('c1', 'a', 'm'), withheld);
    expect(view.busy.size).toBe(0);
    expect([view.calls, view.failedCalls, view.inputTokens]).toEqual([0, 0, 0]);
  });

  it('A6 M14: gives a task to the one of two models whose answer counts', () => {
    const both = [
      assigned('a', 'm'),
      callStarted('c', 'a', 'm'),
      callStarted('c2', 'a', 'n', HEDGE),
    ];
    expect(viewOf(...both).busy.size).toBe(2);
    const lost = callFailed('c', 'a', 'm', { kind: 'aborted', lostTo: 'c2', uncertain: true });
    const view = viewOf(...both, lost, callFinished('c2', 'a', 'n'));
    expect(view.tasks.get('a')).toMatchObject({
      model: 'n',
      attempts: 1,
      story: ['m gave no first word in 4.2 s: asked n too'],
    });
    expect(view.busy.size).toBe(0);
    expect(view).toMatchObject({ calls: 1, failedCalls: 1, uncertainCalls: 1 });
    const own = viewOf(...both, callFailed('c2', 'a', 'n'), callFinished('c', 'a', 'm'));
    expect(own.tasks.get('a')?.model).toBe('m');
  });

  it('A6: follows a task through its call, its checks and its end', () => {
    const view = emptyView();
    const status = (one: OverseerEvent): string | undefined => {
      foldView(view, one);
      return view.tasks.get('a')?.status;
    };
    for (const one of started) foldView(view, one);
    expect(status(event('task.waiting', { because: 'full' }, { task: 'a' }))).toBe('waiting');
    expect(status(assigned('a', 'm'))).toBe('running');
    expect(status(callStarted('c1', 'a', 'm'))).toBe('running');
    expect(status(callFinished('c1', 'a', 'm'))).toBe('running');
    expect(status(verdict('a', 'answer', { kind: 'pass' }))).toBe('checking');
    expect(status(verdict('a', 'tsc', { kind: 'pass' }))).toBe('checking');
    expect(status(event('task.done', { commit: 'abc' }, { task: 'a', at: START + 3_000 }))).toBe(
      'done',
    );
    expect(view.tasks.get('a')).toMatchObject({
      verdict: 'tsc ✓',
      attempts: 1,
      model: 'm',
      commit: 'abc',
      startedAt: START,
      endedAt: START + 3_000,
    });
  });

  it('L7: counts calls, tokens and money of the run and of each task, reviews with what they review', () => {
    const view = viewOf(
      assigned('a', 'm'),
      callStarted('c1', 'a', 'm'),
      callFinished('c1', 'a', 'm'),
      callStarted('c2', 'a/review-1-0', 'o'),
      callFinished('c2', 'a/review-1-0', 'o'),
      callFailed('c3', 'b', 'm', {
        uncertain: true,
        settled: { inputTokens: 7, outputTokens: 3, microUsd: 10 },
      }),
    );
    expect(view).toMatchObject({
      calls: 2,
      failedCalls: 1,
      uncertainCalls: 1,
      uncertainInputTokens: 7,
      uncertainOutputTokens: 3,
      inputTokens: 2_007,
      outputTokens: 103,
      microUsd: 5_010,
    });
    expect(view.tasks.get('a')).toMatchObject({ inputTokens: 2_000, microUsd: 5_000 });
    expect(view.tasks.get('b')).toMatchObject({ inputTokens: 7, microUsd: 10 });
  });

  it('A6: a review neither changes the state of its task nor its verdict', () => {
    const review = 'a/review-1-0';
    const view = viewOf(
      assigned('a', 'm'),
      verdict('a', 'tsc', { kind: 'pass' }),
      assigned(review, 'o'),
      callStarted('c1', review, 'o'),
      verdict(review, 'answer', { kind: 'pass' }),
      event('task.done', {}, { task: review }),
    );
    expect(view.tasks.get('a')).toMatchObject({ status: 'checking', attempts: 1, model: 'm' });
    expect([...view.busy.values()]).toEqual([{ model: 'o', at: 'reviews a' }]);
  });

  it('A6: a model may be at several tasks at once, each until its own call ends', () => {
    const view = viewOf(
      callStarted('c1', 'a', 'm'),
      callStarted('c2', 'b', 'm'),
      callFinished('c1', 'a', 'm'),
    );
    expect([...view.busy.values()]).toEqual([{ model: 'm', at: 'b' }]);
  });

  it('A6 V2: tells what did not go straight, in few words, and begins each attempt anew', () => {
    const view = viewOf(
      assigned('a', 'm'),
      callFailed('c1', 'a', 'm'),
      verdict('a', 'tsc', { kind: 'fail', findings: [{ message: 'wrong' }] }),
      event(
        'attempt.ended',
        { outcome: 'rejected', because: 'tsc refused it: wrong' },
        { task: 'a' },
      ),
      assigned('a', 'n', START + 9_000),
      event('task.failed', { because: 'n: openai/n: gone' }, { task: 'a' }),
      event('task.skipped', { because: 'it needs a' }, { task: 'b' }),
    );
    expect(view.tasks.get('a')).toMatchObject({
      status: 'failed',
      model: 'n',
      attempts: 2,
      verdict: '',
      startedAt: START,
      story: [
        'm: network: connect ECONNREFUSED 127.0.0.1:9',
        'attempt 1 by m rejected: tsc refused it: wrong',
        'n: gone',
      ],
    });
    expect(view.tasks.get('b')).toMatchObject({ status: 'skipped', story: ['it needs a'] });
  });

  it('A6 R2: a suspended run says why, until it goes on', () => {
    const view = viewOf(event('run.suspended', { because: 'closed' }));
    expect(view).toMatchObject({ status: 'suspended', because: 'closed' });
    foldView(view, event('run.resumed', { because: 'again' }));
    expect(view).toMatchObject({ status: 'running', because: undefined });
  });

  it('A6: the end of a run leaves no model at work', () => {
    const usage = {
      calls: 0,
      failedCalls: 0,
      uncertainCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      microUsd: 0,
    };
    const view = viewOf(
      callStarted('c1', 'a', 'm'),
      event('run.finished', { status: 'stopped', because: 'enough', usage }, { at: START + 5 }),
    );
    expect(view).toMatchObject({ status: 'stopped', because: 'enough', endedAt: START + 5 });
    expect(view.busy.size).toBe(0);
  });

  it('X5: remembers how a model refused until it answers', () => {
    const refused = callFailed('c1', 'a', 'm', { kind: 'auth', message: 'wrong key' });
    const view = viewOf(refused);
    foldView(view, callFailed('c2', 'b', 'm', { kind: 'aborted' }));
    expect(view.refusals.get('m')).toEqual({ kind: 'auth', message: 'wrong key' });
    foldView(view, callFinished('c2', 'a', 'm'));
    expect(view.refusals.size).toBe(0);
  });

  it('X5: what it does not know of changes nothing', () => {
    const before = JSON.stringify([...viewOf().tasks]);
    const view = viewOf(
      event('lease.taken', { holder: 'p', epoch: 1 }),
      event('task.done', {}, { task: 'nobody' }),
    );
    expect(JSON.stringify([...view.tasks])).toBe(before);
  });
});

describe('ownerOf', () => {
  it('A6: a review belongs to the task that is reviewed', () => {
    expect(ownerOf('a/review-1-0')).toBe('a');
    expect(ownerOf('a/b')).toBe('a/b');
  });

  it('X3 A6: says of a run that was erased who it was, that it was, and why', () => {
    const view = emptyView();
    foldView(view, event('event.erased', { was: 'run.started' }));
    foldView(view, event('event.erased', { was: 'run.finished' }, { seq: 2 }));
    expect(view).toMatchObject({ run: 'r', title: '(erased)', status: 'erased' });
    foldView(view, event('run.erased', { by: 'person:mia', because: 'she asked' }, { seq: 3 }));
    expect(view).toMatchObject({ status: 'erased', because: 'she asked', startedAt: START });
    const lost = emptyView();
    foldView(lost, event('event.erased', { was: 'run.started', lost: true }));
    foldView(lost, event('run.suspended', { because: 'closed' }, { seq: 2 }));
    expect(lost).toMatchObject({ run: 'r', title: '(lost)', status: 'suspended' });
  });
});

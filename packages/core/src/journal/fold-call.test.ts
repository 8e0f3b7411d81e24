import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FinishReason } from '../spec/model.ts';
import type { EventDraft } from './draft.ts';
import { answerText } from './fold-attempt.ts';
import { foldRun, type Runs } from './fold-run.ts';
import { place, planTask } from './history.fixture.ts';
import { isUnpriced, openCallsOf } from './open-calls.ts';
import type { AttemptState } from './run-state.ts';

const AT = { run: 'r', task: 'x', attempt: 'a1' };
const COST = { inputTokens: 1, outputTokens: 2, microUsd: 3 };

const begun: EventDraft = {
  type: 'call.started',
  ...AT,
  call: 'c1',
  model: 'm',
  data: { step: 1, holds: [], estimate: COST, worst: COST },
};
const hedged: EventDraft = {
  ...begun,
  call: 'c2',
  model: 'n',
  data: { ...begun.data, unpriced: true, hedge: { of: 'c1', version: 'p/n', because: 'silent' } },
};

function finished(call: string, reason: FinishReason = 'stop'): EventDraft {
  const data = {
    parts: [{ type: 'text', text: `of ${call}` }],
    reason,
    usage: { input: {}, output: {} },
    settled: COST,
    durationMs: 5,
  } as const;
  return { type: 'call.finished', ...AT, call, data };
}

function failed(call: string, lostTo?: string): EventDraft {
  const kind = lostTo === undefined ? 'server' : 'aborted';
  const data = { kind, message: call, retryable: true, retryAt: 9, settled: COST } as const;
  const lost = lostTo === undefined ? {} : { lostTo };
  return { type: 'call.failed', ...AT, call, data: { ...data, uncertain: true, ...lost } };
}

function withheld(call: string): EventDraft {
  return { type: 'call.withheld', ...AT, call, data: { because: 'no room', untilAt: 9 } };
}

function attemptAfter(...drafts: readonly EventDraft[]): AttemptState {
  const runs: Runs = new Map();
  const all: readonly EventDraft[] = [
    { type: 'run.started', run: 'r', data: { title: 'r' } },
    { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks: [planTask('x', [])] } },
    { type: 'task.assigned', ...AT, data: { model: 'm', because: 'free' } },
    ...drafts,
  ];
  for (const draft of all) foldRun(runs, place(draft));
  const attempt = runs.get('r')?.tasks.get('x')?.attempt;
  if (attempt === undefined) throw new Error('the attempt is gone');
  return attempt;
}

describe('two calls for one answer', () => {
  it('M14 R1: are both under way, each with its model and estimate', () => {
    const attempt = attemptAfter(begun, hedged);
    expect(openCallsOf(attempt)).toEqual([
      { id: 'c1', model: 'm', estimate: COST },
      { id: 'c2', model: 'n', estimate: COST, unpriced: true },
    ]);
    expect([isUnpriced(attempt, 'c1'), isUnpriced(attempt, 'c2')]).toEqual([false, true]);
    expect(isUnpriced(undefined, 'c1')).toBe(false);
  });

  it.each([
    ['its own', 'm', [failed('c2', 'c1'), finished('c1')]],
    ['the second', 'n', [failed('c1', 'c2'), finished('c2')]],
  ])('M14: %s model has the attempt when its answer counts', (_, model, ends) => {
    const attempt = attemptAfter(begun, hedged, ...ends);
    expect(attempt).toMatchObject({ model, failures: 0, failure: undefined });
    expect(openCallsOf(attempt)).toEqual([]);
    expect(attempt.steps).toHaveLength(1);
  });

  it('M14 R1: an answer that came while the other call was under way counts once that has failed', () => {
    for (const [first, second, model] of [
      ['c1', 'c2', 'm'],
      ['c2', 'c1', 'n'],
    ] as const) {
      const waiting = attemptAfter(begun, hedged, finished(first, 'length'));
      expect(waiting).toMatchObject({ model: 'm', steps: [], spare: { call: first, model } });
      const attempt = attemptAfter(begun, hedged, finished(first, 'length'), failed(second));
      expect(attempt).toMatchObject({ model, spare: undefined, failure: undefined, failures: 0 });
      expect(attempt.steps).toMatchObject([{ call: first, reason: 'length' }]);
    }
  });

  it('M14: a later answer takes the place of one that was waiting', () => {
    const attempt = attemptAfter(begun, hedged, finished('c2', 'length'), finished('c1'));
    expect(attempt).toMatchObject({ model: 'm', spare: undefined });
    expect(answerText(attempt)).toBe('of c1');
    expect(attempt.steps).toHaveLength(1);
  });

  it('R9: the failure of the second one says nothing of the first, in either order', () => {
    for (const ends of [
      [failed('c1'), failed('c2')],
      [failed('c2'), failed('c1')],
    ]) {
      const attempt = attemptAfter(begun, hedged, ...ends);
      expect(attempt).toMatchObject({ model: 'm', failures: 1, failure: { message: 'c1' } });
      expect(openCallsOf(attempt)).toEqual([]);
    }
    expect(attemptAfter(begun, hedged, failed('c2'))).toMatchObject({
      failures: 0,
      failure: undefined,
      openCall: { id: 'c1' },
    });
  });

  it('R1: no ends in any order, repeated or late, make two answers of them', () => {
    const end = fc.constantFrom(
      finished('c1'),
      finished('c2'),
      finished('c3'),
      failed('c1'),
      failed('c2'),
      failed('c1', 'c2'),
      failed('c2', 'c1'),
    );
    fc.assert(
      fc.property(fc.array(end, { maxLength: 6 }), (ends) => {
        const attempt = attemptAfter(begun, hedged, ...ends);
        expect(attempt.steps.length).toBeLessThanOrEqual(1);
        const isOver = openCallsOf(attempt).length === 0;
        const [step] = attempt.steps;
        if (!isOver) expect(step).toBeUndefined();
        else expect(attempt.failure === undefined).toBe(step !== undefined);
        if (step !== undefined) expect(attempt.model).toBe(step.call === 'c1' ? 'm' : 'n');
      }),
    );
  });

  it('L4: a call that was not sent leaves the attempt as it was, and the other one gives the answer', () => {
    expect(attemptAfter(begun, withheld('c1'))).toEqual(attemptAfter());
    const second = attemptAfter(begun, hedged, withheld('c2'));
    expect(openCallsOf(second)).toMatchObject([{ id: 'c1', model: 'm' }]);
    const first = attemptAfter(begun, hedged, withheld('c1'), finished('c2'));
    expect(first).toMatchObject({ model: 'n', failures: 0, failure: undefined });
    expect(first.steps).toMatchObject([{ call: 'c2' }]);
    const spare = attemptAfter(begun, hedged, finished('c2', 'length'), withheld('c1'));
    expect(spare.steps).toMatchObject([{ call: 'c2' }]);
  });

  it('R1: a new try of the attempt asks its own model', () => {
    const next: EventDraft = { ...begun, call: 'c4' };
    const attempt = attemptAfter(begun, hedged, failed('c2'), failed('c1'), next);
    expect(openCallsOf(attempt)).toMatchObject([{ id: 'c4', model: 'm' }]);
    expect(attempt.failure).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import { WorkHistory } from './work-history.ts';

const AMOUNT = { inputTokens: 100, outputTokens: 1, microUsd: 0 };

function historyOf(): { history: WorkHistory; take: (draft: EventDraft, kind?: string) => void } {
  const history = new WorkHistory();
  const calls = new Map<string, { readonly estimate: typeof AMOUNT }>();
  return {
    history,
    take: (draft, kind = 'code') => {
      history.take(place(draft), kind, calls);
      if (draft.type === 'call.started') calls.set(draft.call ?? '', draft.data);
      else if (draft.type === 'call.failed') calls.delete(draft.call ?? '');
    },
  };
}

function started(attempt: string): EventDraft {
  const data = { step: 1, holds: [], estimate: AMOUNT, worst: AMOUNT };
  return {
    type: 'call.started',
    run: 'r',
    task: 't',
    attempt,
    call: `c${attempt}`,
    model: 'm',
    data,
  };
}

function finished(attempt: string, inputTokens = 100): EventDraft {
  const usage = { usage: { input: {}, output: {} }, durationMs: 1, parts: [] };
  const data = { ...usage, reason: 'stop' as const, settled: { ...AMOUNT, inputTokens } };
  return {
    type: 'call.finished',
    run: 'r',
    task: 't',
    attempt,
    call: `c${attempt}`,
    model: 'm',
    data,
  };
}

function ended(attempt: string, outcome: 'rejected' | 'moved' | 'failed'): EventDraft {
  return { type: 'attempt.ended', run: 'r', task: 't', attempt, data: { outcome, because: '' } };
}

const done = (attempt: string): EventDraft => {
  return { type: 'task.done', run: 'r', task: 't', attempt, data: {} };
};

describe('WorkHistory', () => {
  it('L6: counts what was accepted and refused by kind, and the calls that each took', () => {
    const { history, take } = historyOf();
    for (const draft of [finished('a'), finished('a'), done('a')]) take(draft);
    for (const draft of [finished('b'), ended('b', 'rejected')]) take(draft);
    for (const draft of [finished('c'), ended('c', 'moved'), done('without-call')]) take(draft);
    for (const draft of [finished('d'), done('d')]) take(draft, 'write');
    expect(history.verdicts('code')).toEqual({ accepted: 1, refused: 1 });
    expect(history.calls('code')).toEqual({ count: 2, mean: 1.5, variance: 0.5 });
    expect(history.verdicts('write')).toEqual({ accepted: 1, refused: 0 });
    expect(history.verdicts('test')).toEqual({ accepted: 0, refused: 0 });
  });

  it('L6: learns how a model counts tokens', () => {
    const { history, take } = historyOf();
    for (const draft of [started('a'), finished('a', 150), started('b'), finished('b', 130)]) {
      take(draft);
    }
    take(finished('never-started', 900));
    expect(history.inputs('m').mean).toBeCloseTo(1.4, 9);
    expect(history.inputs('other').count).toBe(0);
  });

  it('L6: is bounded, and knows the latest', () => {
    const { history, take } = historyOf();
    for (let at = 0; at < 400; at++) {
      take(finished(`a${at}`), `kind ${at}`);
      take(done(`a${at}`), `kind ${at}`);
      take(finished(`b${at}`));
      take(at < 300 ? ended(`b${at}`, 'rejected') : done(`b${at}`));
    }
    expect(history.verdicts('kind 0').accepted).toBe(0);
    expect(history.verdicts('kind 399').accepted).toBe(1);
    expect(history.verdicts('code')).toEqual({ accepted: 64, refused: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import type { AnswerStore } from '../spec/answer-store.ts';
import type { Part } from '../spec/message.ts';
import { AnswerCache } from './answer-cache.ts';
import { memoryAnswers } from './memory-answers.ts';

const SCOPE = '0123456789abcdef';
const KEY = `${SCOPE}.k1`;
const COST = { inputTokens: 5, outputTokens: 2, microUsd: 1 };
const WORDS: readonly Part[] = [{ type: 'text', text: 'yes' }];

const started = (attempt: string, key?: string): EventDraft => ({
  type: 'call.started',
  attempt,
  call: `c-${attempt}`,
  data: { step: 1, holds: [], estimate: COST, worst: COST, ...(key === undefined ? {} : { key }) },
});
const finished = (
  attempt: string,
  parts: readonly Part[] = WORDS,
  reason: 'stop' | 'length' | 'tool-calls' = 'stop',
): EventDraft => ({
  type: 'call.finished',
  attempt,
  call: `c-${attempt}`,
  data: { parts, reason, usage: { input: {}, output: {} }, settled: COST, durationMs: 1 },
});
const done = (attempt: string): EventDraft => ({ type: 'task.done', attempt, data: {} });
const ended = (attempt: string, outcome: 'rejected' | 'failed'): EventDraft => ({
  type: 'attempt.ended',
  attempt,
  data: { outcome, because: 'test' },
});
const cached = (attempt: string, of: string): EventDraft => ({
  type: 'call.cached',
  attempt,
  data: { step: 1, key: KEY, of, by: 'kept', parts: WORDS, reason: 'stop', saved: COST },
});

function cacheOf(drafts: readonly EventDraft[], store?: AnswerStore): AnswerCache {
  const kept = store ?? memoryAnswers({ entries: 10, bytes: 10_000 });
  const cache = new AnswerCache({ store: kept, ttlMs: 1_000 });
  // `place` gives the event number n the time n × 10.
  for (const [at, draft] of drafts.entries()) cache.take(place(draft, at + 1));
  return cache;
}

describe('AnswerCache', () => {
  it('M13: an answer can be used once its task is done, not before', () => {
    const before = cacheOf([started('a', KEY), finished('a')]);
    expect(before.find(KEY, SCOPE, 20)).toBeUndefined();
    const after = cacheOf([started('a', KEY), finished('a'), done('a')]);
    expect(after.find(KEY, SCOPE, 30)).toEqual({
      call: 'c-a',
      parts: WORDS,
      reason: 'stop',
      cost: COST,
      expiresAt: 1_030,
    });
  });

  it.each<readonly [string, readonly EventDraft[]]>([
    ['without a key', [started('a'), finished('a'), done('a')]],
    ['cut off', [started('a', KEY), finished('a', WORDS, 'length'), done('a')]],
    ['empty', [started('a', KEY), finished('a', [{ type: 'text', text: ' ' }]), done('a')]],
    [
      'that calls a tool',
      [
        started('a', KEY),
        finished('a', [...WORDS, { type: 'tool-call', id: 't', name: 'n', input: {} }]),
        done('a'),
      ],
    ],
    [
      'given after tools were used',
      [started('a', KEY), finished('a'), started('a'), finished('a'), done('a')],
    ],
    ['refused', [started('a', KEY), finished('a'), ended('a', 'rejected'), done('a')]],
    [
      'of a call that failed',
      [
        started('a', KEY),
        {
          type: 'call.failed',
          attempt: 'a',
          call: 'c-a',
          data: {
            kind: 'interrupted',
            message: 'cut',
            retryable: true,
            settled: COST,
            uncertain: true,
          },
        },
        done('a'),
      ],
    ],
  ])('M13: an answer %s is not kept', (_what, drafts) => {
    const store = memoryAnswers({ entries: 10, bytes: 10_000 });
    cacheOf(drafts, store);
    expect(store.size).toBe(0);
  });

  it('M13: has an end', () => {
    const cache = cacheOf([started('a', KEY), finished('a'), done('a')]);
    expect(cache.find(KEY, SCOPE, 1_029)).toBeDefined();
    expect(cache.find(KEY, SCOPE, 1_030)).toBeUndefined();
    // Gone for good, wherever the clock goes.
    expect(cache.find(KEY, SCOPE, 500)).toBeUndefined();
  });

  it('M13 Q4: a clock that was set back makes no answer live longer', () => {
    const cache = cacheOf([started('a', KEY), finished('a'), done('a')]);
    expect(cache.find(KEY, SCOPE, -5_000)).toBeUndefined();
  });

  it('M13 X4: is of its scope alone', () => {
    const cache = cacheOf([started('a', KEY), finished('a'), done('a')]);
    expect(cache.find(KEY, 'fedcba9876543210', 30)).toBeUndefined();
    expect(cache.find(KEY, SCOPE.slice(1), 30)).toBeUndefined();
  });

  it('M13 V1: what one task refused is given to no other, whoever accepts it besides', () => {
    const made = [started('a', KEY), finished('a')];
    const refusal = [cached('b', 'c-a'), ended('b', 'rejected')];
    expect(cacheOf([...made, done('a'), ...refusal]).find(KEY, SCOPE, 60)).toBeUndefined();
    expect(cacheOf([...made, ...refusal, done('a')]).find(KEY, SCOPE, 60)).toBeUndefined();
    const anew = [started('d', KEY), finished('d'), done('d')];
    const cache = cacheOf([...made, done('a'), ...refusal, ...anew]);
    expect(cache.find(KEY, SCOPE, 90)).toMatchObject({ call: 'c-d' });
    const other = [cached('b', 'c-a'), ended('b', 'failed')];
    expect(cacheOf([...made, done('a'), ...other]).find(KEY, SCOPE, 60)).toBeDefined();
  });

  it('M13 Q4: a store that fails fails nobody but who asks it', async () => {
    const broken: AnswerStore = {
      spec: 'answers/1',
      get: () => {
        throw new Error('broken');
      },
      put: () => Promise.reject(new Error('broken')),
      delete: () => {
        throw new Error('broken');
      },
    };
    const drafts = [started('a', KEY), finished('a'), done('a'), cached('b', 'c-a')];
    const cache = cacheOf([...drafts, ended('b', 'rejected')], broken);
    expect(() => cache.find(KEY, SCOPE, 30)).toThrow('broken');
    const late: AnswerStore = { ...broken, get: () => Promise.reject(new Error('late')) };
    await expect(cacheOf([], late).find(KEY, SCOPE, 30)).rejects.toThrow('late');
  });
});

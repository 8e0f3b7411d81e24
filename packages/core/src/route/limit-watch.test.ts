import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import type { RecoveryAction, TroubleKind } from '../spec/recovery.ts';
import { at, begun, called, done, ended } from './attempt-events.fixture.ts';
import { RoutingMemory } from './routing-memory.ts';
import { routingOf } from './routing-options.ts';

const settled = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

function overflow(attempt: string, message: string): EventDraft {
  const data = { kind: 'context-overflow', message, retryable: false, settled, uncertain: false };
  return { type: 'call.failed', ...at(attempt), data: { ...data, kind: 'context-overflow' } };
}

function recovered(attempt: string, trouble: TroubleKind, action: RecoveryAction): EventDraft {
  return { type: 'attempt.recovered', ...at(attempt), data: { trouble, action, because: 'so' } };
}

function warned(attempt: string, ...warnings: readonly string[]): readonly EventDraft[] {
  return called(attempt).map((draft) =>
    draft.type === 'call.finished' ? { ...draft, data: { ...draft.data, warnings } } : draft,
  );
}

function learned(limit: number | undefined): EventDraft {
  const rate = limit === undefined ? {} : { requests: { limit } };
  return { type: 'limit.learned', model: 'm', data: { rate } };
}

function limitsAfter(...drafts: readonly EventDraft[]) {
  const memory = new RoutingMemory(routingOf());
  const runs: Runs = new Map();
  const history: readonly EventDraft[] = [
    { type: 'run.started', run: 'r', data: { title: 'Run' } },
    { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks: [planTask('t', [])] } },
    ...drafts,
  ];
  for (const [index, draft] of history.entries()) {
    const event = place(draft, index + 1);
    foldRun(runs, event);
    memory.take(event, runs.get('r')?.tasks.get('t'));
  }
  const list = memory.practices.list();
  return list.flatMap(({ model, kind, limits = [] }) =>
    limits.map(({ limit, detail, workaround, times, worked }) => {
      const what = detail === undefined ? limit : `${limit}, ${detail}`;
      return `${model} at ${kind}: ${what}: ${workaround} ${worked}/${times}`;
    }),
  );
}

describe('limits that are learned', () => {
  it('M16: a window that was too small, and what brought an answer all the same', () => {
    const message = 'maximum context length is 8192 tokens';
    const shortened = [
      ...begun('a'),
      overflow('a', message),
      recovered('a', 'context-overflow', 'shorten'),
    ];
    expect(limitsAfter(...shortened)).toEqual([]);
    expect(limitsAfter(...shortened, ...called('a'), done('a'))).toEqual([
      'fake/m at code: context-overflow, window of 8192 tokens: shorten 1/1',
    ]);
    expect(limitsAfter(...shortened, ended('a', 'failed'))).toEqual([
      'fake/m at code: context-overflow, window of 8192 tokens: shorten 0/1',
    ]);
    const passedOn = [
      ...begun('a'),
      overflow('a', message),
      ended('a', 'failed'),
      ...begun('b', 'n'),
    ];
    expect(limitsAfter(...passedOn, ...called('b'), done('b'))).toEqual([
      'fake/m at code: context-overflow, window of 8192 tokens: another-model 1/1',
    ]);
  });

  it('M16: parts of a request that are not heeded, counted once an attempt', () => {
    const one = [
      ...begun('a'),
      ...warned('a', 'unsupported: effort', 'adjusted: output', 'estimated: usage'),
      ...warned('a', 'unsupported: effort'),
      ended('a', 'rejected'),
    ];
    const two = [...begun('b'), ...warned('b', 'unsupported: effort'), ended('b', 'failed')];
    expect(limitsAfter(...one, ...two)).toEqual([
      'fake/m at code: adjusted: output: adjusted 1/1',
      'fake/m at code: unsupported: effort: left-out 1/2',
    ]);
  });

  it('M16: how many calls a minute it bears, until it bears more', () => {
    const known = [...begun('a'), ...called('a'), done('a')];
    expect(limitsAfter(learned(6))).toEqual([]);
    expect(limitsAfter(...known, learned(6), learned(4))).toEqual([
      'fake/m at *: rate-limit, 4 calls a minute: spread 2/2',
    ]);
    expect(limitsAfter(...known, learned(6), learned(undefined))).toEqual([]);
  });

  it('M16 R8: are bounded', () => {
    const many = Array.from({ length: 40 }, (_, nth) => `unsupported: ${nth} ${'x'.repeat(300)}`);
    const limits = limitsAfter(...begun('a'), ...warned('a', ...many), ended('a', 'rejected'));
    expect(limits).toHaveLength(12);
    expect(limits.every((line) => line.length < 160)).toBe(true);
  });
});

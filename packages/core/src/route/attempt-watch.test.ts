import { describe, expect, it } from 'vitest';
import { BROKEN_CHECK } from '../internal/broken-check.ts';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import {
  at,
  begun,
  called,
  conflict,
  done,
  ended,
  failed,
  verdict,
  wrong,
} from './attempt-events.fixture.ts';
import { type AttemptOutcome, AttemptWatch, textOf } from './attempt-watch.ts';

describe('AttemptWatch', () => {
  it('M14: tells what an accepted attempt came to, and what it used', () => {
    const [outcome] = watch([...begun('a'), ...called('a'), ...called('a'), done('a')]);
    expect(outcome).toMatchObject({
      model: 'fake/m',
      kind: 'code',
      text: 'Task t\nDo t.',
      good: true,
      answer: 'done',
      before: undefined,
      tokens: 84,
      microUsd: 14,
    });
  });

  it('M14: counts an answer that a check refused, and knows who was refused before', () => {
    const outcomes = watch([
      ...begun('a'),
      ...called('a'),
      verdict('a', wrong),
      ended('a', 'rejected'),
      ...begun('b', 'other'),
      ...called('b'),
      done('b'),
    ]);
    expect(outcomes.map(({ model, good, before }) => [model, good, before])).toEqual([
      ['fake/m', false, undefined],
      ['fake/other', true, 'fake/m'],
    ]);
    expect(outcomes[1]?.beforeFindings).toEqual([{ message: 'wrong' }]);
  });

  it.each<readonly [string, readonly EventDraft[]]>([
    ['a failing server', [failed('a'), ended('a', 'failed')]],
    ['a move to another model', [ended('a', 'moved')]],
    ['a cancelled run', [...called('a'), ended('a', 'cancelled')]],
    [
      'a merge that does not fit',
      [...called('a'), verdict('a', { kind: 'pass' }), conflict('a'), ended('a', 'rejected')],
    ],
    [
      'a check that could not be made',
      [
        ...called('a'),
        verdict('a', { kind: 'fail', findings: [{ code: BROKEN_CHECK, message: 'no program' }] }),
        ended('a', 'rejected'),
      ],
    ],
    ['a review that could not be made', [...called('a'), ended('a', 'rejected')]],
  ])('M14: holds %s against nobody', (_what, rest) => {
    expect(watch([...begun('a'), ...rest])).toEqual([]);
    // Nor is the next attempt one after a refusal.
    const outcomes = watch([...begun('a'), ...rest, ...begun('b'), ...called('b'), done('b')]);
    expect(outcomes.map(({ good, before }) => [good, before])).toEqual([[true, undefined]]);
  });

  it('M14: takes the name of a model where an older journal does not tell what it is', () => {
    const assigned: EventDraft = {
      type: 'task.assigned',
      ...at('a'),
      data: { model: 'm', because: 'free' },
    };
    expect(watch([assigned, ...called('a'), done('a')])[0]?.model).toBe('m');
    const none: EventDraft = { type: 'task.assigned', ...at('a'), data: { because: 'a tool' } };
    expect(watch([none, done('a')])).toEqual([]);
  });
});

describe('two calls for one answer', () => {
  const [start, finish] = called('a');
  const cost = (call: string): EventDraft =>
    ({
      type: 'call.failed',
      ...at('a'),
      call,
      data: {
        kind: 'aborted',
        message: 'late',
        retryable: true,
        settled: { inputTokens: 1, outputTokens: 1, microUsd: 100 },
        uncertain: true,
      },
    }) as const;
  const beside = (call: string, version: string): EventDraft => ({
    ...(start as EventDraft<'call.started'>),
    call,
    model: 'n',
    data: {
      ...(start as EventDraft<'call.started'>).data,
      hedge: { of: 'call of a', version, because: 'm is silent' },
    },
  });
  const first = 'call of a';
  const finished = (call: string): EventDraft =>
    ({ ...finish, call }) as EventDraft<'call.finished'>;

  it.each([
    ['the second', 'fake/n', [beside('h', 'fake/n'), cost(first), finished('h')], 107],
    ['the first', 'fake/m', [beside('h', 'fake/n'), cost('h'), finished(first)], 107],
    [
      'the first after the second',
      'fake/m',
      [beside('h', 'fake/n'), finished('h'), finished(first)],
      14,
    ],
    [
      'the second of a later try',
      'fake/o',
      [beside('h', 'fake/n'), cost('h'), cost(first), beside('i', 'fake/o'), finished('i')],
      207,
    ],
  ])('M14: the outcome is of %s, which answered, and all was paid', (_, model, events, paid) => {
    const [outcome] = watch([...begun('a'), start as EventDraft, ...events, done('a')]);
    expect(outcome).toMatchObject({ model, tokens: 42, microUsd: 7, paidMicroUsd: paid });
  });
});

describe('textOf', () => {
  it('M14: says a title once', () => {
    expect(textOf({ title: 'Sort', instruction: 'Sort the list.' })).toBe('Sort the list.');
    expect(textOf({ title: 'Sort', instruction: 'Do it.' })).toBe('Sort\nDo it.');
  });
});

/** What a run of these events came to. */
function watch(drafts: readonly EventDraft[]): readonly AttemptOutcome[] {
  const runs: Runs = new Map();
  const watching = new AttemptWatch();
  const start: readonly EventDraft[] = [
    { type: 'run.started', run: 'r', data: { title: 'Run' } },
    { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks: [planTask('t', [])] } },
  ];
  return [...start, ...drafts].flatMap((draft, index) => {
    const event = place(draft, index + 1);
    foldRun(runs, event);
    return watching.take(event, runs.get('r')?.tasks.get('t')) ?? [];
  });
}

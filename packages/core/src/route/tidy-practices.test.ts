import { describe, expect, it } from 'vitest';
import type { PracticeFinding, PracticeRecord } from '../spec/practice-record.ts';
import { PracticeBook } from './practices.ts';
import { tidyPractices } from './tidy-practices.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const ago = (days: number): number => NOW - days * DAY_MS;

const record = (some: Partial<PracticeRecord> = {}): PracticeRecord => ({
  ...{ model: 'p/m', kind: 'code', attempts: 100, accepted: 50, begun: 60, firstPassRate: 0.5 },
  ...{ meanTokens: 100, meanUsd: 0, findings: [], notes: [], lastAt: ago(0) },
  ...some,
});
const found = (pattern: string, some: Partial<PracticeFinding> = {}): PracticeFinding => ({
  ...{ pattern, times: 4, repairedBySame: 0, repairedByOther: 0 },
  ...{ lastAt: ago(0), lastAttempt: 100 },
  ...some,
});
const note = { note: 'Say good.', by: 'mia', at: 1 };
const TEAM = new Set(['p/m', 'p/new']);

function plan(records: readonly PracticeRecord[]) {
  return tidyPractices({ records, team: TEAM, nowMs: NOW, forgetMs: 90 * DAY_MS });
}

function done(records: readonly PracticeRecord[]): readonly (readonly string[])[] {
  return plan(records).changes.map(({ action, model, pattern = '' }) => [action, model, pattern]);
}

describe('tidyPractices', () => {
  it('M16: merges findings that say the same into the most frequent, with all their counts', () => {
    const findings = [
      found('it is bad', { times: 2, repairedBySame: 1, lastAt: ago(1) }),
      found('It is bad.', { times: 5, repairedByOther: 2, lastAt: ago(9), lastAttempt: 40 }),
      found('It is not bad.'),
    ];
    const { changes } = plan([record({ findings })]);
    expect(changes).toEqual([
      {
        ...{ action: 'merged', model: 'p/m', kind: 'code', pattern: 'it is bad' },
        ...{ into: 'It is bad.', because: 'both say the same' },
      },
    ]);
    const book = new PracticeBook();
    book.take(record({ findings }));
    book.tidied(changes, NOW);
    expect(book.list()[0]?.findings).toEqual([
      {
        ...{ pattern: 'It is bad.', times: 7, repairedBySame: 1, repairedByOther: 2 },
        ...{ lastAt: ago(1), lastAttempt: 100 },
      },
      found('It is not bad.'),
    ]);
  });

  it('M16: lets go of what came no more for long although the model was at work, and sooner of what was always repaired', () => {
    const repaired = { times: 4, repairedBySame: 3, repairedByOther: 1 };
    const findings = [
      found('long ago', { lastAt: ago(91), lastAttempt: 90 }),
      found('long ago, and hardly tried since', { lastAt: ago(91), lastAttempt: 91 }),
      found('a while ago', { lastAt: ago(31), lastAttempt: 50 }),
      found('a while ago, always repaired', { ...repaired, lastAt: ago(31), lastAttempt: 50 }),
      found('lately, always repaired', { ...repaired, lastAt: ago(29), lastAttempt: 50 }),
    ];
    const { changes } = plan([record({ findings })]);
    expect(changes.map(({ pattern, because }) => [pattern, because])).toEqual([
      ['long ago', 'it did not come for 91 days, in 10 attempts'],
      [
        'a while ago, always repaired',
        'it did not come for 31 days, in 50 attempts, and its repair always worked (4 times)',
      ],
    ]);
    const book = new PracticeBook();
    book.take(record({ findings }));
    book.tidied(changes, NOW);
    const [tidied] = book.list();
    expect(tidied?.findings).toHaveLength(3);
    expect(tidied?.retired).toEqual([findings[0], findings[3]]);
  });

  it('M16: puts the records of models that are gone and have a successor into the past, where a team can tell', () => {
    const gone = record({ model: 'p/old', lastAt: ago(31) });
    const heir = record({ model: 'p/new', lastAt: ago(1) });
    expect(done([gone, heir])).toEqual([['retired', 'p/old', '']]);
    expect(plan([gone, heir]).changes[0]?.because).toBe(
      'its model is not in the team and last worked 31 days ago, and p/new does such tasks now',
    );
    const input = { records: [gone, heir], team: undefined, nowMs: NOW, forgetMs: 90 * DAY_MS };
    expect(tidyPractices(input).changes).toEqual([]);
    const stays: readonly (readonly PracticeRecord[])[] = [
      [record({ model: 'p/old', lastAt: ago(29) }), heir],
      [gone],
      [gone, record({ model: 'p/new', attempts: 9 })],
      [gone, record({ model: 'p/new', kind: 'write' })],
      [gone, record({ model: 'p/other' })],
      [record({ model: 'p/m', lastAt: ago(31) }), heir],
    ];
    for (const records of stays) expect(done(records)).toEqual([]);
  });

  it('M16: puts what was tried a little and long ago into the past, and lets the oldest of the past go beyond 200', () => {
    const tried = record({ kind: 'odd', attempts: 2, accepted: 1, begun: 1, lastAt: ago(91) });
    expect(plan([tried]).changes[0]).toMatchObject({
      action: 'retired',
      because: 'it has 2 attempts, the last 91 days ago',
    });
    const past = Array.from({ length: 203 }, (_, nth) =>
      record({
        kind: `k${nth}`,
        pastSince: ago(1),
        lastAt: ago(nth),
        ...(nth === 202 ? { notes: [note] } : {}),
      }),
    );
    expect(plan(past).changes.map(({ action, kind }) => [action, kind])).toEqual([
      ['removed', 'k200'],
      ['removed', 'k201'],
    ]);
    const book = new PracticeBook();
    for (const one of past) book.take(one);
    book.tidied(plan(past).changes, NOW);
    expect(book.list()).toHaveLength(201);
  });

  it('M16: touches nothing that a person noted or took back', () => {
    const heir = record({ model: 'p/new' });
    const gone = { model: 'p/old', lastAt: ago(300), attempts: 3, accepted: 0, begun: 0 };
    const said = [
      record({ ...gone, notes: [note] }),
      record({ ...gone, kind: 'write', dropped: ['It is bad.'] }),
      record({ kind: '*', attempts: 0, accepted: 0, begun: 0, notes: [note] }),
      record({ ...gone, kind: 'plan', pastSince: ago(200), notes: [note] }),
    ];
    expect(done([heir, ...said])).toEqual([]);
    const noted = record({
      notes: [note],
      dropped: ['It is bad.'],
      findings: [found('a'), found('A')],
    });
    const { changes } = plan([noted]);
    const book = new PracticeBook();
    book.take(noted);
    book.tidied(changes, NOW);
    expect(changes).toHaveLength(1);
    expect(book.list()).toMatchObject([{ notes: [note], dropped: ['It is bad.'] }]);
  });

  it('M16: dates what nobody dated, so that it can be let go of some day', () => {
    const { lastAt: _, ...old } = record({
      findings: [{ pattern: 'old', times: 3, repairedBySame: 0, repairedByOther: 0 }],
    });
    expect(plan([old])).toMatchObject({ changes: [], undated: 2 });
    const book = new PracticeBook();
    book.take(old);
    book.tidied([], NOW);
    expect(book.tidiedAt).toBe(NOW);
    expect(book.list()).toMatchObject([
      { lastAt: NOW, findings: [{ pattern: 'old', lastAt: NOW, lastAttempt: 100 }] },
    ]);
    expect(plan(book.list()).undated).toBe(0);
  });

  it('M16 R8: makes at most 200 changes at once, says what is left, and comes to an end', () => {
    const findings = Array.from({ length: 24 }, (_, nth) =>
      found(`${'x'.repeat(nth + 1)} is wrong`, { lastAt: ago(100), lastAttempt: 0 }),
    );
    const book = new PracticeBook();
    for (let nth = 0; nth < 20; nth++) book.take(record({ kind: `k${nth}`, findings }));
    const rounds: (readonly [number, number])[] = [];
    for (let round = 0; round < 4; round++) {
      const { changes, left, looked } = plan(book.list());
      rounds.push([changes.length, left]);
      expect(looked).toBe(20);
      book.tidied(changes, NOW);
    }
    expect(rounds).toEqual([
      [200, 280],
      [200, 80],
      [80, 0],
      [0, 0],
    ]);
  });

  it('M16: says which faults cost most attempts, and lately, over all models', () => {
    const many = Array.from({ length: 6 }, (_, nth) =>
      found(`fault ${'x'.repeat(nth)}`, { times: nth + 1 }),
    );
    const { costliest } = plan([
      record({ findings: many }),
      record({ framework: 'f', findings: [found('counted already', { times: 99 })] }),
      record({
        model: 'p/new',
        findings: [found('often, long ago', { times: 50, lastAt: ago(300) })],
      }),
      record({ kind: 'write', findings: [found('worst', { times: 40 })] }),
    ]);
    expect(costliest.map(({ pattern, times }) => [pattern, times])).toEqual([
      ['worst', 40],
      ['fault xxxxx', 6],
      ['fault xxxx', 5],
      ['fault xxx', 4],
      ['fault xx', 3],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { normaliseFinding } from './normalise-finding.ts';
import type { PracticeOutcome } from './practice-entry.ts';
import { PracticeBook } from './practices.ts';

const outcome = (some: Partial<PracticeOutcome>): PracticeOutcome => ({
  model: 'p/m',
  kind: 'code',
  good: true,
  isFirst: true,
  tokens: 100,
  cached: 60,
  output: 20,
  microUsd: 2_000,
  findings: [],
  at: Date.UTC(2026, 2, 1),
  ...some,
});
const refused = (message: string): PracticeOutcome =>
  outcome({ good: false, findings: [{ message }] });

describe('normaliseFinding', () => {
  it('M16: makes one pattern of the same fault in two places', () => {
    const a = normaliseFinding({ code: 'TS2304', message: "src/a.ts:3:1 Cannot find name 'foo'." });
    const b = normaliseFinding({
      code: 'TS2304',
      message: "src/b/c.ts:14:9 Cannot find name 'x'.",
    });
    expect(a).toBe(b);
    expect(a).toContain('TS2304: ');
    expect(normaliseFinding({ message: `two\nlines ${'x'.repeat(900)}` }).length).toBe(160);
  });
});

describe('PracticeBook', () => {
  it('M16: what a person took back is not learned again, also by whoever goes on from a snapshot', () => {
    const book = new PracticeBook();
    const patterns = (of: PracticeBook): unknown =>
      of.list().map(({ kind, findings }) => [kind, findings.map(({ pattern }) => pattern)]);
    for (const kind of ['code', 'write']) {
      for (const message of ['bad', 'long']) book.note({ ...refused(message), kind });
    }
    book.drop({ model: 'p/m', kind: 'code' }, 'bad');
    const next = new PracticeBook();
    next.restore(JSON.parse(JSON.stringify(book.body())));
    for (const one of [book, next]) {
      one.note(refused('bad'));
      expect(patterns(one)).toEqual([
        ['code', ['long']],
        ['write', ['bad', 'long']],
      ]);
    }
    next.drop({ model: 'p/m' }, 'long');
    expect(patterns(next)).toEqual([
      ['code', []],
      ['write', ['bad']],
    ]);
    next.drop({ model: 'p/m', kind: 'code' }, undefined);
    next.note(refused('bad'));
    expect(next.of('p/m', 'code')).toMatchObject({ attempts: 1, findings: [{ pattern: 'bad' }] });
  });

  it('M16: counts attempts, first passes, tokens and money', () => {
    const book = new PracticeBook();
    for (const one of [outcome({}), refused('bad'), outcome({ isFirst: false, tokens: 400 })]) {
      book.note(one);
    }
    expect(book.list()).toMatchObject([
      { model: 'p/m', kind: 'code', attempts: 3, accepted: 2, meanTokens: 200, meanUsd: 0.002 },
    ]);
    expect(book.list()[0]?.firstPassRate).toBe(0.5);
  });

  it('M16: tells the most frequent findings and what repaired them', () => {
    const book = new PracticeBook();
    book.note(refused('rare'));
    for (let at = 0; at < 3; at++) book.note(refused(`line ${at} is too long`));
    const code = { model: 'p/m', kind: 'code' };
    book.repaired(code, [{ message: 'line 77 is too long' }], true);
    book.repaired(code, [{ message: 'line 8 is too long' }, { message: 'new' }], false);
    expect(book.of('p/m', 'code')?.findings).toMatchObject([
      { pattern: 'line # is too long', times: 3, repairedBySame: 1, repairedByOther: 1 },
      { pattern: 'rare', times: 1, repairedBySame: 0, repairedByOther: 0 },
    ]);
  });

  it('M16: keeps notes by kind or for all, and takes them back', () => {
    const book = new PracticeBook();
    book.write({ model: 'p/m' }, { note: 'Likes examples.', by: 'mia', at: 1 });
    book.write({ model: 'p/m', kind: 'code' }, { note: 'Name the file.', by: 'mia', at: 2 });
    const notes = (kind: string) => book.of('p/m', kind)?.notes.map(({ note }) => note);
    expect(notes('code')).toEqual(['Likes examples.', 'Name the file.']);
    expect(notes('write')).toEqual(['Likes examples.']);
    book.write({ model: 'p/m' }, { note: ' ', by: 'mia', at: 3 });
    expect(notes('code')).toEqual(['Name the file.']);
    expect(book.of('p/other', 'code')).toBeUndefined();
  });

  it('M16: goes by the record of a framework once that has ten attempts, and by all prompts before', () => {
    const book = new PracticeBook();
    const patterns = (framework?: string) =>
      book.of('p/m', 'code', framework)?.findings.map(({ pattern }) => pattern);
    for (let nth = 0; nth < 9; nth++) {
      book.note({ ...refused('too long'), framework: 'brief' });
      book.note(refused('bad'));
    }
    book.drop({ model: 'p/m', kind: 'code', framework: 'brief' }, 'bad');
    expect(book.list().map(({ framework, attempts }) => [framework, attempts])).toEqual([
      [undefined, 18],
      ['brief', 9],
    ]);
    expect(patterns()).toEqual(['bad', 'too long']);
    expect(patterns('brief')).toEqual(['too long']);
    expect(patterns('other')).toEqual(['bad', 'too long']);
    book.note({ ...refused('no title'), framework: 'brief' });
    book.note({ ...refused('bad'), framework: 'brief' });
    expect(patterns('brief')).toEqual(['too long', 'no title']);
    expect(book.of('p/m', 'code', 'brief')).toMatchObject({ framework: 'brief', attempts: 11 });
    book.drop({ model: 'p/m', kind: 'code' }, 'too long');
    book.note({ ...refused('too long'), framework: 'brief' });
    book.note({ ...refused('too long'), framework: 'new' });
    expect([patterns(), patterns('brief')]).toEqual([['bad', 'no title'], ['no title']]);
    book.repaired(
      { model: 'p/m', kind: 'code', framework: 'brief' },
      [{ message: 'no title' }],
      true,
    );
    expect(book.of('p/m', 'code', 'brief')?.findings[0]?.repairedBySame).toBe(1);
    expect(book.of('p/m', 'code')?.findings[1]?.repairedBySame).toBe(1);
  });

  it('M16: tells the notes on a framework to whoever is prompted with it alone', () => {
    const book = new PracticeBook();
    const by = { by: 'mia', at: 1 };
    book.write({ model: 'p/m', framework: 'brief' }, { note: 'all kinds, brief', ...by });
    book.write({ model: 'p/m', kind: 'code' }, { note: 'code', ...by });
    book.write({ model: 'p/m', kind: 'code', framework: 'brief' }, { note: 'code, brief', ...by });
    const notes = (framework?: string) =>
      book.of('p/m', 'code', framework)?.notes.map(({ note }) => note);
    expect(notes('brief')).toEqual(['code', 'all kinds, brief', 'code, brief']);
    expect(notes()).toEqual(['code']);
    expect(book.hasWords('p/m', 'write', 'brief')).toBe(true);
    expect(book.hasWords('p/m', 'write')).toBe(false);
  });

  it('M16: keeps how often the first answer did, month by month, and what tokens were made of', () => {
    const book = new PracticeBook();
    const at = (month: number) => ({ at: Date.UTC(2025, month, 3) });
    book.note(outcome({ ...at(0), good: false }));
    book.note(outcome({ ...at(1), isFirst: false, tokens: 300, cached: 0, output: 120 }));
    book.note(outcome(at(1)));
    // A clock that was set back counts in the latest month.
    book.note(outcome(at(0)));
    expect(book.list()[0]).toMatchObject({
      history: [
        { month: '2025-01', attempts: 1, accepted: 0, begun: 1, firstPasses: 0 },
        { month: '2025-02', attempts: 3, accepted: 3, begun: 2, firstPasses: 2 },
      ],
      tokens: { input: 105, cached: 45, output: 45 },
      lastAt: at(1).at,
    });
    for (let month = 2; month < 20; month++) book.note(outcome(at(month)));
    const { history } = book.list()[0] ?? {};
    expect(history?.map(({ month }) => month)).toHaveLength(12);
    expect(history?.at(-1)?.month).toBe('2026-08');
  });

  it('M16: goes on from what an earlier version kept', () => {
    const finding = { pattern: 'bad', times: 3, repairedBySame: 1, repairedByOther: 0 };
    const counts = {
      attempts: 4,
      accepted: 1,
      firsts: 2,
      firstPasses: 1,
      tokens: 400,
      microUsd: 8,
    };
    const book = new PracticeBook();
    book.restore([{ model: 'p/m', kind: 'code', ...counts, findings: [finding], notes: [] }]);
    expect(book.of('p/m', 'code')).toEqual({
      ...{ model: 'p/m', kind: 'code', attempts: 4, accepted: 1, begun: 2, firstPassRate: 0.5 },
      ...{ meanTokens: 100, meanUsd: 0.000_002, findings: [finding], notes: [] },
    });
    book.note(refused('bad'));
    expect(book.of('p/m', 'code')).toMatchObject({
      attempts: 5,
      findings: [{ pattern: 'bad', times: 4, lastAttempt: 5 }],
      tokens: { input: 80, cached: 60, output: 20 },
    });
  });

  it('M16: a model that comes back takes its record out of the past, which else gives way first', () => {
    const book = new PracticeBook();
    for (const kind of ['old', 'back']) book.note(outcome({ kind }));
    const because = 'gone';
    const retired = { action: 'retired', model: 'p/m', because } as const;
    book.tidied(
      [
        { ...retired, kind: 'old' },
        { ...retired, kind: 'back' },
      ],
      5,
    );
    expect(book.list().map(({ pastSince }) => pastSince)).toEqual([5, 5]);
    book.note(outcome({ kind: 'back' }));
    expect(book.of('p/m', 'back')?.pastSince).toBeUndefined();
    for (let nth = 0; nth < 499; nth++) book.note(outcome({ kind: `kind ${nth}` }));
    expect(book.of('p/m', 'old')).toBeUndefined();
    expect(book.of('p/m', 'back')).toBeDefined();
  });

  it('M16 R8: is bounded, keeps what people wrote, and survives a snapshot', () => {
    const book = new PracticeBook();
    book.write({ model: 'p/m', kind: 'kept' }, { note: 'x'.repeat(900), by: 'mia', at: 1 });
    for (let at = 0; at < 700; at++) book.note(outcome({ kind: `kind ${at}` }));
    for (let at = 0; at < 40; at++) {
      book.note(refused(`${String.fromCharCode(97 + (at % 26))}${'z'.repeat(at)} is wrong`));
      book.write({ model: 'p/m', kind: 'code' }, { note: `n${at}`, by: 'mia', at });
    }
    expect(book.list().length).toBeLessThanOrEqual(500);
    expect(book.of('p/m', 'kept')?.notes[0]?.note.length).toBe(500);
    expect(book.of('p/m', 'code')?.findings.length).toBeLessThanOrEqual(24);
    expect(book.of('p/m', 'code')?.notes).toHaveLength(16);
    const again = new PracticeBook();
    again.restore(JSON.parse(JSON.stringify(book.body())));
    expect(again.list()).toEqual(book.list());
  });
});

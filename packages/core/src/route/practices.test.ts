import { describe, expect, it } from 'vitest';
import { normaliseFinding } from './normalise-finding.ts';
import { PracticeBook, type PracticeOutcome } from './practices.ts';

const outcome = (some: Partial<PracticeOutcome>): PracticeOutcome => ({
  model: 'p/m',
  kind: 'code',
  good: true,
  isFirst: true,
  tokens: 100,
  microUsd: 2_000,
  findings: [],
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
    book.drop('p/m', 'code', 'bad');
    const next = new PracticeBook();
    next.restore(JSON.parse(JSON.stringify(book.body())));
    for (const one of [book, next]) {
      one.note(refused('bad'));
      expect(patterns(one)).toEqual([
        ['code', ['long']],
        ['write', ['bad', 'long']],
      ]);
    }
    next.drop('p/m', undefined, 'long');
    expect(patterns(next)).toEqual([
      ['code', []],
      ['write', ['bad']],
    ]);
    next.drop('p/m', 'code', undefined);
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
    book.repaired('p/m', 'code', [{ message: 'line 77 is too long' }], true);
    book.repaired('p/m', 'code', [{ message: 'line 8 is too long' }, { message: 'new' }], false);
    expect(book.of('p/m', 'code')?.findings).toEqual([
      { pattern: 'line # is too long', times: 3, repairedBySame: 1, repairedByOther: 1 },
      { pattern: 'rare', times: 1, repairedBySame: 0, repairedByOther: 0 },
    ]);
  });

  it('M16: keeps notes by kind or for all, and takes them back', () => {
    const book = new PracticeBook();
    book.write('p/m', undefined, { note: 'Likes examples.', by: 'mia', at: 1 });
    book.write('p/m', 'code', { note: 'Name the file.', by: 'mia', at: 2 });
    const notes = (kind: string) => book.of('p/m', kind)?.notes.map(({ note }) => note);
    expect(notes('code')).toEqual(['Likes examples.', 'Name the file.']);
    expect(notes('write')).toEqual(['Likes examples.']);
    book.write('p/m', undefined, { note: ' ', by: 'mia', at: 3 });
    expect(notes('code')).toEqual(['Name the file.']);
    expect(book.of('p/other', 'code')).toBeUndefined();
  });

  it('M16 R8: is bounded, keeps what people wrote, and survives a snapshot', () => {
    const book = new PracticeBook();
    book.write('p/m', 'kept', { note: 'x'.repeat(900), by: 'mia', at: 1 });
    for (let at = 0; at < 700; at++) book.note(outcome({ kind: `kind ${at}` }));
    for (let at = 0; at < 40; at++) {
      book.note(refused(`${String.fromCharCode(97 + (at % 26))}${'z'.repeat(at)} is wrong`));
      book.write('p/m', 'code', { note: `n${at}`, by: 'mia', at });
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

import { describe, expect, it } from 'vitest';
import type { PracticeFinding } from '../spec/practice-record.ts';
import {
  type FindingList,
  MOST_FINDINGS,
  ranked,
  sayingOf,
  withCome,
  withRepair,
} from './finding-list.ts';

const DAY_MS = 86_400_000;
const NONE: FindingList = { findings: [], retired: [] };
const found = (pattern: string, times: number, more: Partial<PracticeFinding> = {}) => ({
  ...{ pattern, times, repairedBySame: 0, repairedByOther: 0 },
  ...more,
});
const came = (list: FindingList, pattern: string, at: number, attempt = 1): FindingList =>
  withCome(list, pattern, { at, attempt });

describe('findings', () => {
  it('M16: that say the same are one, and those that differ in an operator or a word are two', () => {
    const same = ['It is bad.', '- it is BAD', 'error: it is bad', '“It” is bad!', '#. It is bad'];
    expect(new Set(same.map(sayingOf))).toEqual(new Set(['it is bad']));
    for (const other of ['It is not bad.', 'it is bad: …', 'TS#: it is bad']) {
      expect(sayingOf(other)).not.toBe('it is bad');
    }
    expect(sayingOf('a < b')).not.toBe(sayingOf('a > b'));
    const list = came(came(NONE, 'It is bad.', 1), 'it is bad', 2, 7);
    expect(list.findings).toEqual([found('It is bad.', 2, { lastAt: 2, lastAttempt: 7 })]);
    expect(withRepair(list, 'IT IS BAD', true).findings[0]?.repairedBySame).toBe(1);
    expect(withRepair(list, 'other', true)).toBe(list);
  });

  it('M16: are ranked by how often and how lately they cost an attempt', () => {
    const now = Date.UTC(2026, 2, 1);
    const order = ranked([
      found('undated', 900),
      found('often, long ago', 40, { lastAt: now - 200 * DAY_MS }),
      found('rare, now', 1, { lastAt: now }),
      found('often, now', 8, { lastAt: now }),
      found('twice as often, a month ago', 16, { lastAt: now - 31 * DAY_MS }),
    ]).map(({ pattern }) => pattern);
    expect(order).toEqual([
      'often, now',
      'twice as often, a month ago',
      'rare, now',
      'often, long ago',
      'undated',
    ]);
  });

  it('M16: that were let go of and come again are taken up with all that was known of them', () => {
    const list = {
      findings: [],
      retired: [found('It is bad.', 8, { repairedBySame: 3, lastAt: 5 })],
    };
    const again = came(list, 'it is bad', 9, 20);
    expect(again).toEqual({
      findings: [found('It is bad.', 9, { repairedBySame: 3, lastAt: 9, lastAttempt: 20 })],
      retired: [],
    });
  });

  it('M16 R8: are bounded, and the one that cost least gives way', () => {
    let list = came(came(NONE, 'common', 1), 'common', 1);
    for (let nth = 0; nth < 50; nth++) list = came(list, `rare ${'x'.repeat(nth)}`, 1);
    expect(list.findings).toHaveLength(MOST_FINDINGS);
    expect(list.findings[0]?.pattern).toBe('common');
  });
});

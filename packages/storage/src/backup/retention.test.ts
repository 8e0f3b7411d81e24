import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackupSet, newSetId, setsIn, tailName } from './backup-names.ts';
import { expiredSets } from './retention.ts';

function setAt(time: string | number): BackupSet {
  const at = typeof time === 'string' ? Date.parse(time) : time;
  return { id: newSetId(at), at, full: '', tails: [], bytes: 1 };
}

describe('expiredSets', () => {
  it('R5: keeps the last, and the newest of each day and week', () => {
    const sets = [
      '2026-11-01T10:00Z',
      '2026-11-08T23:59Z',
      '2026-11-09T01:00Z',
      '2026-11-15T12:00Z',
      '2026-11-26T08:00Z',
      '2026-11-26T20:00Z',
      '2026-11-27T06:00Z',
      '2026-11-27T07:00Z',
      '2026-11-27T08:00Z',
    ].map(setAt);
    const gone = expiredSets(sets, { last: 2, daily: 2, weekly: 3 });
    expect(gone.map(({ at }) => new Date(at).toISOString().slice(5, 16))).toEqual([
      '11-01T10:00',
      '11-09T01:00',
      '11-26T08:00',
      '11-27T06:00',
    ]);
  });

  it('R5: never lets the newest go, and lets nothing more go when it is asked again', () => {
    const count = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1.7e12, max: 1.8e12 }), { minLength: 1, maxLength: 60 }),
        fc.record({ last: count, daily: count, weekly: count }),
        (times, retention) => {
          const sets = times.map(setAt);
          const gone = expiredSets(sets, retention);
          const newest = Math.max(...times);
          const left = sets.filter((set) => !gone.includes(set));
          expect(left.some(({ at }) => at === newest)).toBe(true);
          expect(left.length).toBeLessThanOrEqual(
            Math.max(1, retention.last) + retention.daily + retention.weekly,
          );
          expect(expiredSets(left, retention)).toEqual([]);
        },
      ),
      { seed: 11 },
    );
  });
});

describe('setsIn', () => {
  it('R5: puts parts together, leaves out what is behind a gap, and passes over other files', () => {
    const id = newSetId(Date.parse('2026-11-27T07:38:01.123Z'));
    expect(id).toMatch(/^20261127T073801123Z-[0-9a-f]{4}$/);
    const names = [
      tailName(id, 2),
      `${id}-full.ovpkg`,
      tailName(id, 1),
      tailName(id, 4),
      'other.ovpkg',
    ];
    expect(setsIn(names.map((name) => ({ name, bytes: 10 })))).toEqual([
      {
        id,
        at: Date.parse('2026-11-27T07:38:01.123Z'),
        full: `${id}-full.ovpkg`,
        tails: [tailName(id, 1), tailName(id, 2)],
        bytes: 30,
      },
    ]);
  });
});

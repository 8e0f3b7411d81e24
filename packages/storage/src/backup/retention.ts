import type { BackupSet } from './backup-names.ts';

/** Which backups stay. What several rules name stays once. */
export interface Retention {
  /** The newest; at least 1. The default is 24. */
  readonly last?: number;
  /** The newest of each of so many days (UTC) that have one; the default is 7. */
  readonly daily?: number;
  /** The newest of each of so many weeks from Monday on (UTC) that have one; the default is 4. */
  readonly weekly?: number;
}

/** The sets that may go, the oldest first. The newest never goes. */
export function expiredSets(
  sets: readonly BackupSet[],
  { last = 24, daily = 7, weekly = 4 }: Retention = {},
): readonly BackupSet[] {
  const newest = [...sets].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  const kept = new Set([
    ...newest.slice(0, Math.max(1, last)),
    ...firstOfEach(newest, daily, ({ at }) => Math.floor(at / DAY_MS)),
    // The first of January 1970 was a Thursday.
    ...firstOfEach(newest, weekly, ({ at }) => Math.floor((at + 3 * DAY_MS) / (7 * DAY_MS))),
  ]);
  return newest.filter((set) => !kept.has(set)).reverse();
}

const DAY_MS = 86_400_000;

function firstOfEach(
  newest: readonly BackupSet[],
  count: number,
  periodOf: (set: BackupSet) => number,
): readonly BackupSet[] {
  const firsts = new Map<number, BackupSet>();
  for (const set of newest) {
    const period = periodOf(set);
    if (!firsts.has(period)) firsts.set(period, set);
  }
  return [...firsts.values()].slice(0, Math.max(0, count));
}

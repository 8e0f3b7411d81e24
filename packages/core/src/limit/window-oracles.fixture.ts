import { type CalendarUnit, createPeriods } from './calendar-periods.ts';
import { merged, type Oracle, type PlainEntry } from './window.fixture.ts';

const HOUR = 3_600_000;

/** Amounts of which each ends to count at a moment of its own. */
export function endingOracle(capacity: number, endOf: (entry: PlainEntry) => number): Oracle {
  const oracle: Oracle = {
    used: (entries, now) =>
      entries.reduce((sum, entry) => sum + (endOf(entry) > now ? entry.amount : 0), 0),
    fits: (entries, now, amount) => oracle.used(entries, now) + amount <= capacity,
    moments: (entries, now) =>
      [...new Set(entries.map(endOf))].filter((end) => end > now).sort((a, b) => a - b),
  };
  return oracle;
}

/** When what was used at a moment ends to count in a calendar; looking into one takes longer than remembering. */
export function endsIn(unit: CalendarUnit, timeZone: string): (entry: PlainEntry) => number {
  const periodOf = createPeriods(unit, timeZone);
  const known = new Map<number, number>();
  return ({ at }) => {
    const end = known.get(at) ?? periodOf(at).end;
    known.set(at, end);
    return end;
  };
}

/** A window of three hours that looks back from now, with a capacity by the hour. */
export function hoursOracle(capacityAt: (at: number) => number): Oracle {
  const { used } = endingOracle(0, ({ at }) => at + 3 * HOUR);
  return {
    used,
    fits: (entries, now, amount) => used(entries, now) + amount <= capacityAt(now),
    moments: (entries, now) => {
      const ends = entries.map(({ at }) => at + 3 * HOUR);
      const hours = Array.from({ length: 40 }, (_, n) => (Math.floor(now / HOUR) + 1 + n) * HOUR);
      return [...new Set([...ends, ...hours])].filter((end) => end > now).sort((a, b) => a - b);
    },
  };
}

/** Sessions by their definition: the first use opens one, and what comes before its end belongs to it. */
export function sessionOracle(capacity: number, windowMs: number): Oracle {
  const sessionsOf = (entries: readonly PlainEntry[]) => {
    const sessions: { readonly end: number; used: number }[] = [];
    for (const { at, amount } of merged(entries)) {
      const last = sessions.at(-1);
      if (amount === 0) continue;
      if (last === undefined || at >= last.end) sessions.push({ end: at + windowMs, used: amount });
      else last.used += amount;
    }
    return sessions;
  };
  const oracle: Oracle = {
    used: (entries, now) =>
      sessionsOf(entries).reduce((sum, { end, used }) => sum + (end > now ? used : 0), 0),
    fits: (entries, now, amount) => oracle.used(entries, now) + amount <= capacity,
    moments: (entries, now) =>
      sessionsOf(entries)
        .map(({ end }) => end)
        .filter((end) => end > now),
  };
  return oracle;
}

/** What flows out by its definition, each entry in its turn. */
export function smoothOracle(capacity: number, windowMs: number, burst: number): Oracle {
  // What has not drained, in units of one by the length of the window.
  const backlog = (entries: readonly PlainEntry[], now: number): number => {
    let left = 0;
    let last: number | undefined;
    for (const { at, amount } of merged(entries)) {
      if (last !== undefined) left = Math.max(0, left - (at - last) * capacity);
      left += amount * windowMs;
      last = at;
    }
    return last === undefined ? 0 : left - (now - last) * capacity;
  };
  const allowed = (amount: number): number => Math.max(0, burst - amount) * windowMs;
  return {
    used: (entries, now) => Math.max(0, Math.ceil(backlog(entries, now) / windowMs)),
    fits: (entries, now, amount) => amount <= capacity && backlog(entries, now) <= allowed(amount),
    // Each ms around the one that a division gives.
    *moments(entries, now, amount) {
      if (amount > capacity) return;
      const about = now + Math.floor((backlog(entries, now) - allowed(amount)) / capacity);
      for (let at = Math.max(now + 1, about - 2); at <= about + 2; at++) yield at;
    },
  };
}

import { type CalendarUnit, createPeriods } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { RollingWindow } from './rolling-window.ts';
import { SessionWindow } from './session-window.ts';
import { SmoothWindow } from './smooth-window.ts';
import { merged, type Oracle, type PlainEntry, type Trial } from './window.fixture.ts';

const CAPACITY = 50;
const WINDOW = 1_000;
const HOUR = 3_600_000;
const STARTS_AT = 10_000;

/** A window that looks back from now at any moment. */
export const rollingTrial: Trial = {
  create: () => new RollingWindow(CAPACITY, WINDOW),
  oracle: endingOracle(({ at }) => at + WINDOW),
  windowMs: WINDOW,
  memoryMs: WINDOW,
  startAt: STARTS_AT,
};

/** A window that opens with the first use. */
export const sessionTrial: Trial = {
  create: () => new SessionWindow(CAPACITY, WINDOW),
  oracle: sessionOracle(),
  windowMs: WINDOW,
  startAt: STARTS_AT,
};

/** A window through which use flows. */
export function smoothTrial(capacity: number, burst: number): Trial {
  return {
    create: () => new SmoothWindow(capacity, WINDOW, burst),
    oracle: smoothOracle(capacity, burst),
    windowMs: WINDOW,
    startAt: STARTS_AT,
  };
}

/** A window of the calendar, from a moment on. */
export function calendarTrial(unit: CalendarUnit, timeZone: string, startAt: number): Trial {
  const periodOf = createPeriods(unit, timeZone);
  return {
    create: () => new CalendarWindow(CAPACITY, periodOf),
    oracle: endingOracle(({ at }) => periodOf(at).end),
    windowMs: unit === 'hour' ? HOUR : 24 * HOUR,
    followsClock: true,
    startAt,
  };
}

/** All kinds, the calendars over changes of the clock. */
export const allTrials: Readonly<Record<string, Trial>> = {
  rolling: rollingTrial,
  session: sessionTrial,
  'smooth, burst 1': smoothTrial(50, 1),
  'smooth, burst 10': smoothTrial(50, 10),
  'smooth, 7 a second': smoothTrial(7, 3),
  'smooth, burst of all': smoothTrial(30, 30),
  'hours in UTC': calendarTrial('hour', 'UTC', Date.UTC(2026, 10, 26, 12)),
  'hours on Lord Howe': calendarTrial('hour', 'Australia/Lord_Howe', Date.UTC(2026, 3, 4, 13)),
  'days in Berlin': calendarTrial('day', 'Europe/Berlin', Date.UTC(2026, 9, 24)),
  'days in Santiago': calendarTrial('day', 'America/Santiago', Date.UTC(2026, 8, 5)),
};

/** Amounts of which each ends to count at a moment of its own. */
function endingOracle(endOf: (entry: PlainEntry) => number): Oracle {
  const oracle: Oracle = {
    used: (entries, now) =>
      entries.reduce((sum, entry) => sum + (endOf(entry) > now ? entry.amount : 0), 0),
    fits: (entries, now, amount) => oracle.used(entries, now) + amount <= CAPACITY,
    moments: (entries, now) =>
      [...new Set(entries.map(endOf))].filter((end) => end > now).sort((a, b) => a - b),
  };
  return oracle;
}

/** Sessions by their definition: the first use opens one, and what comes before its end belongs to it. */
function sessionOracle(): Oracle {
  const sessionsOf = (entries: readonly PlainEntry[]) => {
    const sessions: { readonly end: number; used: number }[] = [];
    for (const { at, amount } of merged(entries)) {
      const last = sessions.at(-1);
      if (amount === 0) continue;
      if (last === undefined || at >= last.end) sessions.push({ end: at + WINDOW, used: amount });
      else last.used += amount;
    }
    return sessions;
  };
  const oracle: Oracle = {
    used: (entries, now) =>
      sessionsOf(entries).reduce((sum, { end, used }) => sum + (end > now ? used : 0), 0),
    fits: (entries, now, amount) => oracle.used(entries, now) + amount <= CAPACITY,
    moments: (entries, now) =>
      sessionsOf(entries)
        .map(({ end }) => end)
        .filter((end) => end > now),
  };
  return oracle;
}

/** What flows out by its definition, each entry in its turn. */
function smoothOracle(capacity: number, burst: number): Oracle {
  // What has not drained, in thousandths of a unit.
  const backlog = (entries: readonly PlainEntry[], now: number): number => {
    let left = 0;
    let last: number | undefined;
    for (const { at, amount } of merged(entries)) {
      if (last !== undefined) left = Math.max(0, left - (at - last) * capacity);
      left += amount * WINDOW;
      last = at;
    }
    return last === undefined ? 0 : left - (now - last) * capacity;
  };
  const allowed = (amount: number): number => Math.max(0, burst - amount) * WINDOW;
  return {
    used: (entries, now) => Math.max(0, Math.ceil(backlog(entries, now) / WINDOW)),
    fits: (entries, now, amount) => amount <= capacity && backlog(entries, now) <= allowed(amount),
    // Each ms around the one that a division gives.
    *moments(entries, now, amount) {
      if (amount > capacity) return;
      const about = now + Math.floor((backlog(entries, now) - allowed(amount)) / capacity);
      for (let at = Math.max(now + 1, about - 2); at <= about + 2; at++) yield at;
    },
  };
}

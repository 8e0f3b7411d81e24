import { type CalendarUnit, createPeriods } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { createProfile, fitInProfile } from './capacity-profile.ts';
import { RollingWindow } from './rolling-window.ts';
import { SessionWindow } from './session-window.ts';
import { SmoothWindow } from './smooth-window.ts';
import { merged, type Oracle, type PlainEntry, type Trial } from './window.fixture.ts';
import type { Window } from './window.ts';

const CAPACITY = 50;
const WINDOW = 1_000;
const HOUR = 3_600_000;
const STARTS_AT = 10_000;
const SPANS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR };
const NIGHT = 80;

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
    windowMs: SPANS[unit],
    followsClock: true,
    startAt,
  };
}

/** A window that looks back from now, and holds more at night and nothing at noon. */
export const hoursTrial: Trial = {
  create: () => hoursWindow(new RollingWindow(CAPACITY, 3 * HOUR)),
  oracle: hoursOracle(),
  windowMs: 3 * HOUR,
  memoryMs: 3 * HOUR,
  startAt: Date.UTC(2026, 10, 26, 12),
};

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
  'weeks in Berlin': calendarTrial('week', 'Europe/Berlin', Date.UTC(2026, 9, 18)),
  'months in Berlin': calendarTrial('month', 'Europe/Berlin', Date.UTC(2026, 1, 10)),
  'hours of a schedule': hoursTrial,
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

/** What may be used by the hour that a clock in UTC shows. */
function byHour(at: number): number {
  const hour = Math.floor(at / HOUR) % 24;
  if (hour === 12) return 0;
  return hour >= 22 || hour < 6 ? NIGHT : CAPACITY;
}

const hours = createProfile(
  CAPACITY,
  [
    { from: '22:00', to: '06:00', capacity: NIGHT },
    { from: '12:00', to: '13:00', capacity: 0 },
  ],
  (capacity) => capacity,
);

/** A window with the capacity by `byHour`, by way of a schedule. */
function hoursWindow(inner: RollingWindow): Window {
  return {
    capacity: inner.capacity,
    used: (now) => inner.used(now),
    fitAt: (now, amount) => fitInProfile(inner, hours, now, amount, (most) => most),
    nextEndAt: (now) => inner.nextEndAt(now),
    add: (at, amount) => inner.add(at, amount),
    change: (stamp, delta) => inner.change(stamp, delta),
    counts: (stamp, now) => inner.counts(stamp, now),
    stampAfterSetBack: (stamp, now) => inner.stampAfterSetBack(stamp, now),
    setBack: (now) => inner.setBack(now),
    stampAfterSetForward: (...of) => inner.stampAfterSetForward(...of),
    setForward: (byMs, now) => inner.setForward(byMs, now),
    clone: () => hoursWindow(inner.clone()),
  };
}

function hoursOracle(): Oracle {
  const { used } = endingOracle(({ at }) => at + 3 * HOUR);
  return {
    used,
    fits: (entries, now, amount) => used(entries, now) + amount <= byHour(now),
    moments: (entries, now) => {
      const ends = entries.map(({ at }) => at + 3 * HOUR);
      const hours = Array.from({ length: 40 }, (_, n) => (Math.floor(now / HOUR) + 1 + n) * HOUR);
      return [...new Set([...ends, ...hours])].filter((end) => end > now).sort((a, b) => a - b);
    },
  };
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

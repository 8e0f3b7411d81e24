import { type CalendarUnit, createPeriods } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { createProfile, fitInProfile } from './capacity-profile.ts';
import { RollingWindow } from './rolling-window.ts';
import { SessionWindow } from './session-window.ts';
import { SmoothWindow } from './smooth-window.ts';
import type { Trial } from './window.fixture.ts';
import type { Window } from './window.ts';
import {
  endingOracle,
  endsIn,
  hoursOracle,
  sessionOracle,
  smoothOracle,
} from './window-oracles.fixture.ts';

const CAPACITY = 50;
const WINDOW = 1_000;
const HOUR = 3_600_000;
const STARTS_AT = 10_000;
const SPANS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR };
const NIGHT = 80;

/** A window that looks back from now at any moment. */
export const rollingTrial: Trial = {
  create: () => new RollingWindow(CAPACITY, WINDOW),
  oracle: endingOracle(CAPACITY, ({ at }) => at + WINDOW),
  windowMs: WINDOW,
  memoryMs: WINDOW,
  startAt: STARTS_AT,
};

/** A window that opens with the first use. */
export const sessionTrial: Trial = {
  create: () => new SessionWindow(CAPACITY, WINDOW),
  oracle: sessionOracle(CAPACITY, WINDOW),
  windowMs: WINDOW,
  startAt: STARTS_AT,
};

/** A window through which use flows. */
export function smoothTrial(capacity: number, burst: number): Trial {
  return {
    create: () => new SmoothWindow(capacity, WINDOW, burst),
    oracle: smoothOracle(capacity, WINDOW, burst),
    windowMs: WINDOW,
    startAt: STARTS_AT,
  };
}

/** A window of the calendar, from a moment on. */
export function calendarTrial(unit: CalendarUnit, timeZone: string, startAt: number): Trial {
  const periodOf = createPeriods(unit, timeZone);
  return {
    create: () => new CalendarWindow(CAPACITY, periodOf),
    oracle: endingOracle(CAPACITY, endsIn(unit, timeZone)),
    windowMs: SPANS[unit],
    followsClock: true,
    startAt,
  };
}

/** A window that looks back from now, and holds more at night and nothing at noon. */
export const hoursTrial: Trial = {
  create: () => hoursWindow(new RollingWindow(CAPACITY, 3 * HOUR)),
  oracle: hoursOracle(byHour),
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

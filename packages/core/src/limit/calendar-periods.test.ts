import { describe, expect, it } from 'vitest';
import { type CalendarUnit, createPeriods, LONGEST_PERIOD_MS } from './calendar-periods.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What the clocks of a place show, as a number that grows with them: minutes since year 0 of a calendar without months. */
function clockOf(timeZone: string): (at: number) => Date {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return new Date(
      Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute')),
    );
  };
}

/** Names the period that a clock shows; names grow. */
function nameOf(unit: CalendarUnit, shown: Date): number {
  const day = Math.floor(shown.getTime() / (24 * HOUR));
  switch (unit) {
    case 'hour':
      return Math.floor(shown.getTime() / HOUR);
    case 'day':
      return day;
    case 'week':
      // 1 January 1970 was a Thursday.
      return Math.floor((day + 3) / 7);
    case 'month':
      return shown.getUTCFullYear() * 12 + shown.getUTCMonth();
  }
}

/** The moments in a span at which the clocks first show a later period than ever before, minute by minute. */
function startsByHand(unit: CalendarUnit, timeZone: string, from: number, to: number): number[] {
  const clock = clockOf(timeZone);
  const starts: number[] = [];
  let latest = nameOf(unit, clock(from));
  for (let at = from + MINUTE; at < to; at += MINUTE) {
    const name = nameOf(unit, clock(at));
    if (name > latest) starts.push(at);
    latest = Math.max(latest, name);
  }
  return starts;
}

function startsOf(unit: CalendarUnit, timeZone: string, from: number, to: number): number[] {
  const periodOf = createPeriods(unit, timeZone);
  const starts: number[] = [];
  for (let at = periodOf(from).end; at < to; at = periodOf(at).end) {
    expect(periodOf(at).start).toBe(at);
    starts.push(at);
  }
  return starts;
}

const span = (year: number, month: number, day: number, days: number): [number, number] => {
  const from = Date.UTC(year, month - 1, day);
  return [from, from + days * 24 * HOUR];
};

describe('createPeriods', () => {
  it.each([
    ['hour', 'Europe/Berlin', ...span(2026, 3, 28, 3)],
    ['hour', 'Europe/Berlin', ...span(2026, 10, 24, 3)],
    ['hour', 'Australia/Lord_Howe', ...span(2026, 4, 4, 3)],
    ['hour', 'Australia/Lord_Howe', ...span(2026, 10, 3, 3)],
    ['hour', 'Asia/Kathmandu', ...span(2026, 6, 1, 2)],
    ['day', 'America/New_York', ...span(2026, 3, 6, 5)],
    ['day', 'America/New_York', ...span(2026, 10, 30, 5)],
    // The clocks leave midnight out, or show it twice.
    ['day', 'America/Santiago', ...span(2026, 9, 4, 5)],
    ['day', 'America/Santiago', ...span(2026, 4, 3, 5)],
    ['day', 'America/Havana', ...span(2026, 3, 6, 5)],
    ['day', 'America/Havana', ...span(2026, 10, 30, 5)],
    ['day', 'America/St_Johns', ...span(2009, 10, 30, 5)],
    // A whole day was left out.
    ['day', 'Pacific/Apia', ...span(2011, 12, 28, 6)],
    ['week', 'Europe/Berlin', ...span(2026, 10, 16, 16)],
    ['week', 'Pacific/Apia', ...span(2011, 12, 20, 16)],
    ['month', 'Europe/Berlin', ...span(2026, 3, 25, 40)],
    ['month', 'Asia/Tokyo', ...span(2027, 12, 20, 80)],
  ] as const)(
    'L1: the %ss of %s from %i to %i are those that its clocks show',
    (unit, timeZone, from, to) => {
      const starts = startsOf(unit, timeZone, from, to);
      expect(starts).toEqual(startsByHand(unit, timeZone, from, to));
      expect(starts.length).toBeGreaterThan(0);
    },
  );

  it('L1: every moment lies in its own period, and none is longer than it can be', () => {
    for (const unit of ['hour', 'day', 'week', 'month'] as const) {
      const periodOf = createPeriods(unit, 'America/Santiago');
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * HOUR + 1) {
        const { start, end } = periodOf(at);
        expect(start <= at && at < end).toBe(true);
        expect(end - start).toBeLessThanOrEqual(LONGEST_PERIOD_MS[unit]);
      }
    }
  });

  it('L1: an unknown time zone is refused', () => {
    expect(() => createPeriods('day', 'Mars/Olympus')).toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { createPeriods } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { firstDifference, type Oracle } from './window.fixture.ts';

const CAPACITY = 50;
const HOUR = 3_600_000;

const zones = [
  ['hour', 'UTC', HOUR, Date.UTC(2026, 10, 26, 12)],
  ['hour', 'Australia/Lord_Howe', HOUR, Date.UTC(2026, 3, 4, 13)],
  ['day', 'Europe/Berlin', 24 * HOUR, Date.UTC(2026, 9, 24)],
  ['day', 'America/Santiago', 24 * HOUR, Date.UTC(2026, 8, 5)],
] as const;

describe('CalendarWindow', () => {
  it.each(zones)('L1: %s in %s agrees with brute force', (unit, timeZone, length, startAt) => {
    const periodOf = createPeriods(unit, timeZone);
    const plain: Oracle = {
      used: (entries, now) =>
        entries.reduce((sum, { at, amount }) => sum + (periodOf(at).end > now ? amount : 0), 0),
      fits: (entries, now, amount) => plain.used(entries, now) + amount <= CAPACITY,
      moments: (entries, now) =>
        [...new Set(entries.map(({ at }) => periodOf(at).end))]
          .filter((end) => end > now)
          .sort((a, b) => a - b),
    };
    const create = () => new CalendarWindow(CAPACITY, periodOf);
    const trial = { create, oracle: plain, windowMs: length, startAt };
    expect(firstDifference(trial, 25)).toBeUndefined();
  });

  it('L1: a day ends at midnight there, not a day after the first use', () => {
    const window = new CalendarWindow(5, createPeriods('day', 'Europe/Berlin'));
    const evening = Date.UTC(2026, 10, 26, 22, 30);
    window.add(evening, 5);
    expect(window.fitAt(evening, 1)).toBe(Date.UTC(2026, 10, 26, 23));
    expect(window.nextEndAt(evening)).toBe(Date.UTC(2026, 10, 26, 23));
  });

  it('L1: the day on which the clocks go back has 25 hours', () => {
    const window = new CalendarWindow(5, createPeriods('day', 'Europe/Berlin'));
    const midnight = Date.UTC(2026, 9, 24, 22);
    window.add(midnight, 5);
    expect(window.fitAt(midnight, 1)).toBe(midnight + 25 * HOUR);
  });
});

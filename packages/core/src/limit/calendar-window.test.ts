import { describe, expect, it } from 'vitest';
import { createPeriods } from './calendar-periods.ts';
import { CalendarWindow } from './calendar-window.ts';
import { firstDifference } from './window.fixture.ts';
import { calendarTrial } from './window-trials.fixture.ts';

const HOUR = 3_600_000;

const zones = [
  ['hour', 'UTC', Date.UTC(2026, 10, 26, 12)],
  ['hour', 'Australia/Lord_Howe', Date.UTC(2026, 3, 4, 13)],
  ['day', 'Europe/Berlin', Date.UTC(2026, 9, 24)],
  ['day', 'America/Santiago', Date.UTC(2026, 8, 5)],
  ['week', 'Europe/Berlin', Date.UTC(2026, 9, 18)],
  ['month', 'Europe/Berlin', Date.UTC(2026, 1, 10)],
] as const;

describe('CalendarWindow', () => {
  it.each(zones)('L1: %s in %s agrees with brute force', (unit, timeZone, startAt) => {
    const trial = calendarTrial(unit, timeZone, startAt);
    expect(firstDifference(trial, 15)).toBeUndefined();
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

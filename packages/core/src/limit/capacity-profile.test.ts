import { describe, expect, it } from 'vitest';
import { seeded } from '../internal/seeded.ts';
import type { CapacityHours, Weekday } from '../spec/limit.ts';
import { createProfile, fitInProfile } from './capacity-profile.ts';
import { RollingWindow } from './rolling-window.ts';
import { firstDifference } from './window.fixture.ts';
import { hoursTrial } from './window-trials.fixture.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const same = (amount: number): number => amount;

/** What clocks there show at a moment: day of the week and minutes of the day. */
function shown(timeZone: string, at: number): { readonly day: Weekday; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: (parts.get('weekday')?.toLowerCase() ?? 'sun') as Weekday,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

const DAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** By what the clock shows; right where no change of the clock falls into the hours. */
function capacityByHand(usual: number, schedule: readonly CapacityHours[], at: number): number {
  for (const { from, to, days = DAYS, timeZone = 'UTC', capacity } of schedule) {
    const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    const { day, minute } = shown(timeZone, at);
    const before = DAYS[(DAYS.indexOf(day) + 6) % 7] ?? day;
    const isOver = minutes(to) <= minutes(from);
    const today = days.includes(day) && minute >= minutes(from);
    const isIn = isOver
      ? today || (days.includes(before) && minute < minutes(to))
      : today && minute < minutes(to);
    if (isIn) return capacity;
  }
  return usual;
}

const night: CapacityHours = {
  from: '22:00',
  to: '06:00',
  timeZone: 'Europe/Berlin',
  capacity: 50,
};
const schedules: readonly (readonly CapacityHours[])[] = [
  [night],
  [{ from: '09:00', to: '17:30', days: ['mon', 'tue', 'wed', 'thu', 'fri'], capacity: 0 }, night],
  [{ from: '23:15', to: '01:00', days: ['sat'], timeZone: 'Asia/Kathmandu', capacity: 3 }],
];

describe('createProfile', () => {
  it.each(schedules)('L3: follows the clock through two weeks: %j', (...schedule) => {
    const profile = createProfile(10, schedule, same);
    const from = Date.UTC(2026, 10, 2);
    for (let at = from; at < from + 14 * 24 * HOUR; at += 15 * MINUTE) {
      expect(profile.capacityAt(at), new Date(at).toISOString()).toBe(
        capacityByHand(10, schedule, at),
      );
      const next = profile.nextChangeAt(at);
      expect(next).toBeGreaterThan(at);
      expect(profile.capacityAt(next - 1)).toBe(profile.capacityAt(at));
    }
  });

  it('L3: a night in which the clocks go back is an hour longer', () => {
    const profile = createProfile(10, [night], same);
    const evening = Date.UTC(2026, 9, 24, 20);
    expect(profile.capacityAt(evening - 1)).toBe(10);
    expect(profile.capacityAt(evening)).toBe(50);
    expect(profile.nextChangeAt(evening)).toBe(evening + 9 * HOUR);
  });
});

/** All day, in two spans. */
const always = (capacity: number): readonly CapacityHours[] => [
  { from: '00:00', to: '12:00', capacity },
  { from: '12:00', to: '00:00', capacity },
];

describe('what hours come to', () => {
  it('L3: the most is what really comes in a week, not what other hours always hide', () => {
    const hidden = { from: '08:00', to: '09:00', capacity: 100_000 };
    expect(createProfile(10, [...always(100), hidden], same).most).toBe(100);
    expect(createProfile(10, [hidden, ...always(100)], same).most).toBe(100_000);
    expect(createProfile(10, [night], same).most).toBe(50);
    expect(createProfile(100, [night], same).most).toBe(100);
    expect(createProfile(10, always(0), same).most).toBe(0);
  });

  it('L3: hours of two time zones leave an hour open in the season in which their clocks differ', () => {
    const zoned = (timeZone: string, from: string, to: string): CapacityHours => ({
      from,
      to,
      timeZone,
      capacity: 0,
    });
    const hours = [
      zoned('Europe/Berlin', '06:00', '18:00'),
      zoned('America/New_York', '12:00', '00:00'),
    ];
    expect(createProfile(7, hours, same).most).toBe(7);
  });

  it('L3: never fits where no hour of a week has room, and is told so at once', () => {
    const noon = Date.UTC(2026, 10, 26, 12);
    const window = new RollingWindow(5, HOUR);
    const began = performance.now();
    for (let asked = 0; asked < 20_000; asked++) {
      const profile = profiles[asked % 2] ?? createProfile(5, always(0), same);
      expect(fitInProfile(window, profile, noon + asked, 6, same)).toBe(Number.POSITIVE_INFINITY);
    }
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('L3: is asked in any order and answers the same', () => {
    const profile = createProfile(10, [night], same);
    const from = Date.UTC(2026, 9, 20);
    const chance = seeded(3);
    for (let asked = 0; asked < 100; asked++) {
      const far = chance() < 0.01 ? 400 : 20;
      const at = from + Math.floor(chance() * far * 24 * HOUR);
      const fresh = createProfile(10, [night], same);
      expect(profile.capacityAt(at)).toBe(fresh.capacityAt(at));
      expect(profile.nextChangeAt(at)).toBe(fresh.nextChangeAt(at));
    }
  });
});

const profiles = [
  createProfile(5, always(0), same),
  createProfile(5, [...always(5), { from: '08:00', to: '09:00', capacity: 100_000 }], same),
];

describe('fitInProfile', () => {
  it('L3: waits for the hours that allow it, and for use to end, exactly', () => {
    const profile = createProfile(10, [night], same);
    const window = new RollingWindow(10, HOUR);
    const noon = Date.UTC(2026, 10, 26, 12);
    const evening = Date.UTC(2026, 10, 26, 21);
    expect(fitInProfile(window, profile, noon, 20, same)).toBe(evening);
    expect(fitInProfile(window, profile, noon, 51, same)).toBe(Number.POSITIVE_INFINITY);
    window.add(evening - 1_000, 40);
    expect(fitInProfile(window, profile, evening, 20, same)).toBe(evening - 1_000 + HOUR);
    const closed = createProfile(10, [{ from: '08:00', to: '18:00', capacity: 0 }], same);
    expect(fitInProfile(new RollingWindow(10, HOUR), closed, noon, 1, same)).toBe(
      Date.UTC(2026, 10, 26, 18),
    );
  });

  it('L3: agrees with brute force, whatever is settled when and whatever the clock does', () => {
    expect(firstDifference(hoursTrial, 8)).toBeUndefined();
  });

  it('L3: finds the exact earliest moment, by brute force', () => {
    const profile = createProfile(8, schedules[1] ?? [], same);
    const capacityAt = (at: number): number => capacityByHand(8, schedules[1] ?? [], at);
    for (let seed = 1; seed <= 12; seed++) {
      const chance = seeded(seed);
      const window = new RollingWindow(8, 3 * HOUR);
      const now = Date.UTC(2026, 10, 23) + Math.floor(chance() * 10_000) * MINUTE;
      const entries = Array.from({ length: 8 }, () => ({
        at: now - Math.floor(chance() * 180) * MINUTE,
        amount: Math.floor(chance() * 12),
      })).sort((a, b) => a.at - b.at);
      for (const { at, amount } of entries) window.add(at, amount);
      const amount = 1 + Math.floor(chance() * 45);
      const used = (at: number): number =>
        entries.reduce((sum, one) => sum + (one.at + 3 * HOUR > at ? one.amount : 0), 0);
      let expected = now;
      while (used(expected) + amount > capacityAt(expected)) expected += MINUTE;
      expect(fitInProfile(window, profile, now, amount, same), `seed ${seed}`).toBe(expected);
    }
  });
});

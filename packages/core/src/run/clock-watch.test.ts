import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { ClockWatch } from './clock-watch.ts';

const HOUR_MS = 3_600_000;

describe('ClockWatch', () => {
  it('L1: sees a clock that is set forward, once, and by how much', () => {
    const clock = createFakeClock();
    const watch = new ClockWatch(clock);
    clock.advance(10 * HOUR_MS);
    expect(watch.look()).toBe(0);
    clock.set(clock.now() + 6 * HOUR_MS);
    clock.advance(60_000);
    expect(watch.look()).toBe(6 * HOUR_MS);
    expect(watch.look()).toBe(0);
  });

  it('L1: sees it once clocks that are corrected by a little add up, and after one was set back', () => {
    const clock = createFakeClock();
    const watch = new ClockWatch(clock);
    clock.set(clock.now() + 3_000);
    expect(watch.look()).toBe(0);
    clock.set(clock.now() + 3_000);
    expect(watch.look()).toBe(6_000);
    clock.set(clock.now() - HOUR_MS);
    expect(watch.look()).toBe(0);
    clock.set(clock.now() + HOUR_MS);
    expect(watch.look()).toBe(HOUR_MS);
  });

  it('L1: a machine that slept has a clock that is right', () => {
    const fake = createFakeClock();
    let asleepMs = 0;
    const clock = Object.assign(Object.create(fake), {
      awakeAndAsleep: () => fake.elapsed() + asleepMs,
    });
    const watch = new ClockWatch(clock);
    asleepMs += 8 * HOUR_MS;
    fake.set(fake.now() + 8 * HOUR_MS);
    expect(watch.look()).toBe(0);
    asleepMs += HOUR_MS;
    fake.set(fake.now() + 3 * HOUR_MS);
    expect(watch.look()).toBe(2 * HOUR_MS);
  });
});

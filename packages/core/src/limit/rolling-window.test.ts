import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingWindow } from './rolling-window.ts';
import { firstDifference } from './window.fixture.ts';
import { rollingTrial } from './window-trials.fixture.ts';

/** The same by brute force: every amount ever charged, in a plain list. */
class PlainWindow {
  readonly entries: { readonly at: number; amount: number }[] = [];
  readonly capacity: number;
  readonly windowMs: number;

  constructor(capacity: number, windowMs: number) {
    this.capacity = capacity;
    this.windowMs = windowMs;
  }

  used(now: number): number {
    let sum = 0;
    for (const { at, amount } of this.entries) if (at + this.windowMs > now) sum += amount;
    return sum;
  }

  fitAt(now: number, amount: number): number {
    const moments = this.entries.map(({ at }) => at + this.windowMs).filter((end) => end > now);
    for (const moment of [now, ...moments.sort((a, b) => a - b)]) {
      if (this.used(moment) + amount <= this.capacity) return moment;
    }
    return Number.POSITIVE_INFINITY;
  }
}

const CAPACITY = 50;
const WINDOW = 1_000;

type Step =
  | { readonly do: 'pass' | 'jump'; readonly ms: number }
  | { readonly do: 'add' | 'force'; readonly amount: number }
  | { readonly do: 'settle'; readonly which: number; readonly amount: number }
  | { readonly do: 'ask'; readonly ahead: number; readonly amount: number };

const some = (max: number): fc.Arbitrary<number> => fc.nat(max);
const always = <T extends string>(what: T): fc.Arbitrary<T> => fc.constant(what);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: always('pass'), ms: some(120) }) },
  { weight: 1, arbitrary: fc.record({ do: always('jump'), ms: some(WINDOW - 1) }) },
  { weight: 6, arbitrary: fc.record({ do: always('add'), amount: some(12) }) },
  { weight: 1, arbitrary: fc.record({ do: always('force'), amount: some(80) }) },
  { weight: 3, arbitrary: fc.record({ do: always('settle'), which: fc.nat(), amount: some(30) }) },
  { weight: 3, arbitrary: fc.record({ do: always('ask'), ahead: some(1_500), amount: some(60) }) },
);
const histories = fc.array(step, { maxLength: 400, size: 'max' });

/** Plays one history on the window and on the plain list, and compares them all along. */
class Comparison {
  readonly window = new RollingWindow(CAPACITY, WINDOW);
  readonly plain = new PlainWindow(CAPACITY, WINDOW);
  readonly #stamps: number[] = [];
  #now = 10_000;
  #newest = 10_000;

  play(one: Step): void {
    switch (one.do) {
      case 'pass':
        this.#now += one.ms;
        break;
      case 'jump':
        this.#now = Math.max(this.#now - one.ms, this.#newest - WINDOW + 1);
        break;
      case 'add':
        if (this.window.fitAt(this.#now, one.amount) === this.#now) this.#add(one.amount);
        break;
      case 'force':
        this.#add(one.amount);
        break;
      case 'settle':
        this.#settle(one.which, one.amount);
        break;
      case 'ask':
        this.#compareAt(this.#now + one.ahead, one.amount);
    }
    this.#compareAt(this.#now, 7);
  }

  #add(amount: number): void {
    this.#stamps.push(this.window.add(this.#now, amount));
    this.plain.entries.push({ at: this.#now, amount });
    this.#newest = Math.max(this.#newest, this.#now);
  }

  #settle(which: number, amount: number): void {
    const index = which % Math.max(1, this.#stamps.length);
    const [stamp, entry] = [this.#stamps[index], this.plain.entries[index]];
    if (stamp === undefined || entry === undefined) return;
    this.window.change(stamp, amount - entry.amount);
    entry.amount = amount;
  }

  #compareAt(at: number, amount: number): void {
    expect(this.window.used(at)).toBe(this.plain.used(at));
    expect(this.window.fitAt(at, amount)).toBe(this.plain.fitAt(at, amount));
  }
}

describe('RollingWindow', () => {
  it('L1: agrees with brute force at every moment, whatever is settled when and though the clock jumps back', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const comparison = new Comparison();
        for (const one of history) comparison.play(one);
      }),
      { numRuns: 300 },
    );
  });

  it('L1: agrees with brute force when the clock is set back, and in copies', () => {
    expect(firstDifference(rollingTrial, 200)).toBeUndefined();
  });

  it('L1: a window is half open: an amount counts in [t, t + window)', () => {
    const window = new RollingWindow(5, 1_000);
    window.add(100, 5);
    expect(window.used(100)).toBe(5);
    expect(window.used(1_099)).toBe(5);
    expect(window.used(1_100)).toBe(0);
    expect(window.fitAt(100, 1)).toBe(1_100);
    expect(window.fitAt(1_100, 5)).toBe(1_100);
  });

  it('L1: no burst across a boundary: 5 a second lets 5 through in any 1,000 ms', () => {
    const window = new RollingWindow(5, 1_000);
    const passed: number[] = [];
    for (let now = 0; now < 20_000; now += 7) {
      for (let caller = 0; caller < 3; caller++) {
        if (window.fitAt(now, 1) !== now) continue;
        window.add(now, 1);
        passed.push(now);
      }
    }
    for (const start of passed) {
      expect(passed.filter((at) => at >= start && at < start + 1_000).length).toBeLessThanOrEqual(
        5,
      );
    }
    expect(passed.length).toBeGreaterThanOrEqual(95);
  });

  it('L2: what a call used too much delays the next start and is not lost', () => {
    const window = new RollingWindow(10, 1_000);
    const stamp = window.add(0, 4);
    window.add(500, 4);
    window.change(stamp, 20);
    expect(window.used(500)).toBe(28);
    expect(window.fitAt(500, 6)).toBe(1_000);
    expect(window.fitAt(500, 7)).toBe(1_500);
  });

  it('L1: more than the capacity never fits', () => {
    expect(new RollingWindow(5, 1_000).fitAt(0, 6)).toBe(Number.POSITIVE_INFINITY);
  });

  it('L1: a later question leaves earlier answers as they were', () => {
    const window = new RollingWindow(5, 1_000);
    for (let at = 0; at < 5; at++) window.add(at, 1);
    expect(window.fitAt(10_000, 5)).toBe(10_000);
    expect(window.used(4)).toBe(5);
    expect(window.fitAt(4, 1)).toBe(1_000);
  });

  it('L7: the next end is that of the oldest amount that still counts', () => {
    const window = new RollingWindow(5, 1_000);
    expect(window.nextEndAt(0)).toBeUndefined();
    window.add(0, 0);
    const stamp = window.add(10, 1);
    window.add(20, 1);
    expect(window.nextEndAt(20)).toBe(1_010);
    window.change(stamp, -1);
    expect(window.nextEndAt(20)).toBe(1_020);
    expect(window.nextEndAt(1_020)).toBeUndefined();
  });
});

describe('RollingWindow over long times', () => {
  it('L1: memory is bounded by the use of about two windows', () => {
    const window = new RollingWindow(1e9, 1_000);
    let most = 0;
    for (let now = 0; now < 200_000; now += 2) {
      window.add(now, 1);
      most = Math.max(most, window.moments);
    }
    expect(most).toBeLessThanOrEqual(4_096);
    expect(window.used(199_998)).toBe(500);
  });

  it('L1: above 100,000 moments waits get longer by less than 0.1 % of the window and nothing more gets through', () => {
    const windowMs = 250_000;
    const window = new RollingWindow(240_000, windowMs);
    const plain = new PlainWindow(240_000, windowMs);
    const stamps: number[] = [];
    for (let now = 0; now < 240_000; now++) {
      stamps.push(window.add(now, 1));
      plain.entries.push({ at: now, amount: 1 });
      expect(window.moments).toBeLessThanOrEqual(100_000);
    }
    for (const amount of [1, 500, 100_000, 239_999]) {
      // One entry an ms: the exact answer is when that many have ended.
      const exact = windowMs + amount - 1;
      const said = window.fitAt(240_000, amount);
      expect(said).toBeGreaterThanOrEqual(exact);
      expect(said - exact).toBeLessThan(windowMs / 1_000);
    }
    expect(window.used(240_000)).toBe(plain.used(240_000));
    for (const stamp of stamps) window.change(stamp, -1);
    expect(window.used(240_000)).toBe(0);
  });

  it('L1: amounts charged between merged moments count at least as long as they should', () => {
    const window = new RollingWindow(1e9, 250_000);
    for (let now = 0; now < 150_000; now++) window.add(now, 0);
    const stamp = window.add(20_000.5, 3);
    expect(stamp).toBeGreaterThanOrEqual(270_000.5);
    expect(stamp).toBeLessThan(270_000.5 + 250);
    expect(window.used(149_999)).toBe(3);
    window.change(stamp, -3);
    expect(window.used(149_999)).toBe(0);
  });

  it('L1: an amount that was merged is found again, though others were charged just after it', () => {
    const window = new RollingWindow(1e9, 250_000);
    const stamps = new Map<number, number>();
    for (let now = 0; now < 150_000; now++)
      stamps.set(now, window.add(now, now === 20_000 ? 5 : 0));
    window.add(20_000.5, 1);
    window.change(stamps.get(20_000) ?? 0, -5);
    expect(window.used(149_999)).toBe(1);
    expect(window.used(270_000.6)).toBeLessThanOrEqual(1);
  });

  it('L1: a stamp that was forgotten changes nothing', () => {
    const window = new RollingWindow(10, 10);
    const old = window.add(0, 5);
    for (let now = 100; now < 1_000; now++) window.add(now, 1);
    const before = window.used(999);
    window.change(old, 1_000);
    expect(window.used(999)).toBe(before);
    // The clock jumps far back: new amounts are not taken for the old ones.
    const stamp = window.add(0, 1);
    expect(stamp).not.toBe(old);
    const then = window.used(0);
    window.change(old, 1_000);
    expect(window.used(999)).toBe(before);
    expect(window.used(0)).toBe(then);
  });

  it('L1: after the clock was set back nobody waits longer than one window', () => {
    const window = new RollingWindow(5, 1_000);
    const stamp = window.add(9_000_000, 5);
    expect(window.fitAt(1_000, 1)).toBe(9_001_000);
    const moved = window.stampAfterSetBack(stamp, 1_000);
    window.setBack(1_000);
    expect(window.fitAt(1_000, 1)).toBe(2_000);
    window.change(moved, -1);
    expect(window.fitAt(1_000, 1)).toBe(1_000);
  });

  it('L1: after the clock was set back behind what is forgotten, new amounts count for one window', () => {
    const window = new RollingWindow(5, 10);
    const old = window.add(9_000, 1);
    for (let now = 9_100; now < 9_999; now++) window.add(now, 0);
    expect(window.stampAfterSetBack(old, 1_000)).toBeNaN();
    window.setBack(1_000);
    expect(window.add(1_000, 5)).toBe(1_010);
    window.change(Number.NaN, 1);
    expect(window.fitAt(1_000, 1)).toBe(1_010);
  });
});

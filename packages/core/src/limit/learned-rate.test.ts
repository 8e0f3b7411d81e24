import { describe, expect, it } from 'vitest';
import { LearnedRate } from './learned-rate.ts';

const MINUTE_MS = 60_000;

/** Starts calls one after the other, `gapMs` apart, all of which succeed. */
function calls(rate: LearnedRate, count: number, from: number, gapMs: number): void {
  for (let call = 0; call < count; call++) {
    rate.start(from + call * gapMs);
    rate.succeed(from + call * gapMs);
  }
}

/** A call that is refused at once. */
function refused(rate: LearnedRate, at: number): void {
  rate.start(at);
  rate.refuse(at, at);
}

describe('LearnedRate', () => {
  it('L2: a refusal halves the calls of the last minute, and the next one may start when there is room', () => {
    const rate = new LearnedRate();
    calls(rate, 39, 0, 100);
    expect(rate.fitAt(3_900)).toBe(3_900);
    refused(rate, 3_900);
    expect(rate.perMinute).toBe(20);
    // 40 calls count; 19 are left when the 21st of them, of 2.0 s, is a minute old.
    expect(rate.fitAt(3_900)).toBe(2_000 + MINUTE_MS);
    expect(rate.fitAt(2_000 + MINUTE_MS)).toBe(2_000 + MINUTE_MS);
  });

  it('L4: a call that was not sent does not count', () => {
    const rate = new LearnedRate();
    calls(rate, 39, 0, 100);
    for (let call = 0; call < 10; call++) {
      rate.start(3_850);
      rate.takeBack(3_850);
    }
    expect(rate.used(3_900)).toBe(39);
    refused(rate, 3_900);
    expect(rate.perMinute).toBe(20);
  });

  it('L2: grows by a tenth a minute while it is needed, and is forgotten at twice what was refused', () => {
    const rate = new LearnedRate();
    calls(rate, 39, 0, 100);
    refused(rate, 3_900);
    const rates: (number | undefined)[] = [];
    for (let minute = 2; minute < 20; minute++) {
      // In the fourth minute few are needed, so that it does not grow for the fifth.
      const count = minute === 4 ? 3 : Math.min(rate.perMinute ?? 0, 100);
      calls(rate, count, minute * MINUTE_MS, 500);
      rates.push(rate.perMinute);
    }
    expect(rates.slice(0, 5)).toEqual([20, 24, 28, 28, 32]);
    expect(rates.at(-1)).toBeUndefined();
    expect(rate.fitAt(99 * MINUTE_MS)).toBe(99 * MINUTE_MS);
  });

  it('L2: grows where each minute begins with all of its calls at once', () => {
    const rate = new LearnedRate();
    calls(rate, 9, 0, 0);
    refused(rate, 0);
    const rates: (number | undefined)[] = [];
    for (let minute = 1; minute < 20; minute++) {
      calls(rate, rate.perMinute ?? 0, minute * MINUTE_MS, 0);
      rates.push(rate.perMinute);
    }
    expect(rates.slice(0, 4)).toEqual([5, 6, 7, 8]);
    expect(rates.at(-1)).toBeUndefined();
  });

  it('L2 L4: does not grow for calls that were not sent', () => {
    const rate = new LearnedRate();
    calls(rate, 9, 0, 0);
    refused(rate, 0);
    for (let minute = 1; minute < 20; minute++) {
      calls(rate, 5, minute * MINUTE_MS, 0);
      for (let call = 0; call < 4; call++) rate.takeBack(minute * MINUTE_MS);
    }
    expect(rate.perMinute).toBe(5);
  });

  it('L2 R10: refusals in a row, and calls that were under way, teach it once', () => {
    const rate = new LearnedRate();
    calls(rate, 39, 0, 0);
    for (let call = 0; call < 10; call++) rate.start(1);
    for (let call = 0; call < 10; call++) rate.refuse(1, 2);
    expect(rate.perMinute).toBe(24);
    for (let minute = 1; minute < 100; minute++) refused(rate, minute * MINUTE_MS);
    expect(rate.perMinute).toBeGreaterThanOrEqual(24);
  });

  it('L2: a provider that never answered teaches nothing', () => {
    const rate = new LearnedRate();
    for (let call = 0; call < 10; call++) refused(rate, call);
    expect(rate.perMinute).toBeUndefined();
  });

  it('L2: comes to most of what a provider with a hidden rate takes, with few refusals', () => {
    const hidden = 60;
    const rate = new LearnedRate();
    const taken: number[] = [];
    let refusals = 0;
    let answers = 0;
    const endsAt = 240 * MINUTE_MS;
    for (let at = 0; at < endsAt; at = Math.max(at + 50, rate.fitAt(at + 50))) {
      rate.start(at);
      while ((taken[0] ?? at) <= at - MINUTE_MS) taken.shift();
      if (taken.length < hidden) {
        taken.push(at);
        answers += 1;
        rate.succeed(at);
      } else {
        refusals += 1;
        rate.refuse(at, at);
      }
    }
    // Without learning, every call of the 50 ms would be refused but 60 a minute.
    expect(refusals).toBeLessThan(60);
    expect(answers / 240).toBeGreaterThan(0.75 * hidden);
  });
});

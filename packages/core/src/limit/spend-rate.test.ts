import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpendRate } from './spend-rate.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1, 12, 34, 56);

function use(microUsd: number) {
  return { inputTokens: 2 * microUsd, outputTokens: microUsd, microUsd };
}

describe('SpendRate', () => {
  it('L7: tells the rate of steady use, from the first minutes on', () => {
    const rate = new SpendRate();
    expect(rate.perHour('usd', START)).toBeUndefined();
    for (let at = 0; at <= 3 * HOUR; at += MINUTE) {
      rate.note(START + at, use(100));
      if (at < 5 * MINUTE) continue;
      expect(rate.perHour('usd', START + at)).toBeGreaterThan(5_900);
      expect(rate.perHour('usd', START + at)).toBeLessThan(7_300);
    }
    const now = START + 3 * HOUR;
    expect(rate.perHour('tokens', now)).toBeCloseTo(3 * (rate.perHour('usd', now) ?? 0), 6);
    expect(rate.perHour('calls', now)).toBeCloseTo((rate.perHour('usd', now) ?? 0) / 100, 6);
    expect(rate.perHour('concurrency', now)).toBeUndefined();
    expect(rate.trend('usd', now)).toBe('steady');
  });

  it('L7: forgets what is older than an hour, and sees which way it goes', () => {
    const rate = new SpendRate();
    for (let at = 0; at <= 2 * HOUR; at += MINUTE) rate.note(START + at, use(at < HOUR ? 1 : at));
    const end = START + 2 * HOUR;
    expect(rate.trend('usd', end)).toBe('rising');
    expect(rate.trend('usd', end + 40 * MINUTE)).toBe('falling');
    expect(rate.perHour('usd', end + 2 * HOUR)).toBe(0);
    expect(rate.trend('usd', end + 2 * HOUR)).toBe('steady');
  });

  it('L7: a clock that was set back begins anew, and a hair does not', () => {
    const rate = new SpendRate();
    rate.note(START, use(1_000_000));
    rate.note(START - 1, use(500));
    expect(rate.perHour('calls', START + HOUR / 2)).toBeCloseTo(4, 9);
    rate.note(START - HOUR, use(10));
    expect(rate.perHour('usd', START - HOUR + MINUTE)).toBe(600);
  });

  it('L7: is what was used in the last hour, in steps, whatever the gaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20 * MINUTE), fc.nat(1_000)), { minLength: 1 }),
        (uses) => {
          const rate = new SpendRate();
          let now = START;
          const noted: { at: number; amount: number }[] = [];
          for (const [gap, amount] of uses) {
            now += gap;
            rate.note(now, use(amount));
            noted.push({ at: now, amount });
            const perHour = rate.perHour('usd', now) ?? 0;
            const least = total(noted, now - HOUR + 2 * MINUTE);
            const spanMs = Math.max(MINUTE, Math.min(HOUR, now - START - (uses[0]?.[0] ?? 0)));
            expect(perHour).toBeGreaterThanOrEqual(least - 1e-6);
            expect(perHour * Math.min(spanMs, HOUR - 2 * MINUTE)).toBeLessThanOrEqual(
              total(noted, now - HOUR) * HOUR + 1e-3,
            );
          }
        },
      ),
    );
  });
});

function total(noted: readonly { at: number; amount: number }[], since: number): number {
  return noted.reduce((sum, { at, amount }) => (at > since ? sum + amount : sum), 0);
}

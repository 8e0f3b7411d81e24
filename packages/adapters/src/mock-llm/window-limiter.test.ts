import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWindowLimiter } from './window-limiter.ts';

const limits = fc.record({
  requests: fc.integer({ min: 1, max: 6 }),
  perMs: fc.integer({ min: 1, max: 50 }),
});
const gaps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 120 });

describe('the rolling window', () => {
  it('M17: admits exactly when a count of the past says so, however requests fall', () => {
    fc.assert(
      fc.property(limits, gaps, (limit, waits) => {
        const limiter = createWindowLimiter(limit);
        const admitted: number[] = [];
        let now = 1000;
        for (const wait of waits) {
          now += wait;
          const inWindow = admitted.filter((at) => at > now - limit.perMs).length;
          const admission = limiter.admit(now);
          expect(admission.admitted).toBe(inWindow < limit.requests);
          if (admission.admitted) admitted.push(now);
          const left = limit.requests - inWindow - (admission.admitted ? 1 : 0);
          expect(admission.remaining).toBe(left);
        }
      }),
    );
  });

  it('M17: names the first moment at which a refused request is admitted', () => {
    fc.assert(
      fc.property(limits, gaps, (limit, waits) => {
        let now = 1000;
        const moments = waits.map((wait) => {
          now += wait;
          return now;
        });
        const after = (at: number) => {
          const limiter = createWindowLimiter(limit);
          for (const moment of moments) limiter.admit(moment);
          return limiter.admit(at);
        };
        const asked = after(now);
        if (asked.admitted) return;
        expect(after(now + asked.retryAfterMs).admitted).toBe(true);
        expect(after(now + asked.retryAfterMs - 1).admitted).toBe(false);
      }),
    );
  });

  it('M17: is whole again when its reset has passed', () => {
    const limiter = createWindowLimiter({ requests: 2, perMs: 100 });
    expect(limiter.admit(0)).toMatchObject({ remaining: 1, resetMs: 100, retryAfterMs: 0 });
    expect(limiter.admit(40)).toMatchObject({ remaining: 0, resetMs: 100, retryAfterMs: 60 });
    expect(limiter.admit(140)).toMatchObject({ admitted: true, remaining: 1 });
  });

  it('M17: forgets what has left the window', () => {
    const limiter = createWindowLimiter({ requests: 5000, perMs: 10 });
    for (let now = 0; now < 20_000; now++)
      expect(limiter.admit(now).remaining).toBeGreaterThan(4980);
  });
});

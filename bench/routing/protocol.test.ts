import { describe, expect, it } from 'vitest';
import { brier, brierOfBaseRate, calibrationError } from './calibration.ts';
import { type Graded, judgeRouter } from './protocol.ts';

/** 100 questions: the strong model alone is right on 40, both on 40, none on 20. */
const graded: readonly Graded[] = Array.from({ length: 100 }, (_, at) => ({
  strong: at < 80,
  weak: at >= 40 && at < 80,
}));

describe('judgeRouter', () => {
  it('M14: gives a perfect order the whole gap early', () => {
    const { apgr, cpt20, cpt50, cpt80, callsAtEqual } = judgeRouter(
      graded.map((_, at) => -at),
      graded,
    );
    // The area under a line that rises to the whole gap at 40 % of calls and stays there.
    expect(apgr).toBeCloseTo(0.8, 1);
    expect(cpt20).toBeCloseTo(8, 0);
    expect(cpt50).toBeCloseTo(20, 0);
    expect(cpt80).toBeCloseTo(32, 0);
    expect(callsAtEqual).toBeCloseTo(40, 0);
  });

  it('M14: gives the reverse order little, and an order that means nothing half', () => {
    expect(
      judgeRouter(
        graded.map((_, at) => at),
        graded,
      ).apgr,
    ).toBeCloseTo(0.2, 1);
    const mixed = judgeRouter(
      graded.map((_, at) => (at * 37) % 101),
      graded,
    );
    expect(mixed.apgr).toBeCloseTo(0.5, 1);
    expect(mixed.cpt50).toBeGreaterThan(40);
    expect(mixed.cpt50).toBeLessThan(60);
  });
});

describe('calibrationError', () => {
  it('M14: is nothing for chances that come true as often as told', () => {
    const told = Array.from({ length: 100 }, (_, at) => ({ chance: 0.25, happened: at % 4 === 0 }));
    expect(calibrationError(told)).toBeCloseTo(0, 12);
    expect(brier(told)).toBeCloseTo(brierOfBaseRate(told), 12);
    const bold = told.map(({ happened }) => ({ chance: 0.9, happened }));
    expect(calibrationError(bold)).toBeCloseTo(0.65, 12);
    expect(brier(bold)).toBeGreaterThan(brierOfBaseRate(bold));
  });
});

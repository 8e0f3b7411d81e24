import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarise } from '../limit/summary.ts';
import type { Candidate } from '../route/candidates.ts';
import { memberOf } from '../route/team.fixture.ts';
import {
  callOutlooks,
  expectedAttempts,
  expectedCalls,
  expectedInput,
  expectedOutput,
} from './outlook.ts';

const nothing = summarise([]);
const sure = { mean: 0, variance: 0, off: 0 };

describe('expectedOutput', () => {
  it('L6: goes from what is taken for granted to what was seen', () => {
    const seen = [5, 50].map((count) =>
      expectedOutput(
        summarise(Array.from({ length: count }, (_, at) => 90 + (at % 2) * 20)),
        8_000,
      ),
    );
    const cold = expectedOutput(nothing, 8_000);
    expect(cold.mean).toBe(500);
    expect(seen[1]?.mean).toBeCloseTo(100, 0);
    const offs = [cold, ...seen].map(({ off }) => off);
    expect(offs).toEqual([...offs].sort((a, b) => b - a));
    expect(offs[2]).toBeLessThan(0.1);
  });

  it('L6: is never above what a call may give', () => {
    expect(expectedOutput(nothing, 50)).toMatchObject({ mean: 50, variance: 0 });
  });
});

describe('expectedAttempts', () => {
  it('L6: lies between one and the most, and falls with each that is accepted', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(50),
        fc.integer({ min: 1, max: 12 }),
        (accepted, refused, most) => {
          const now = expectedAttempts({ accepted, refused }, true, most);
          expect(now.mean).toBeGreaterThanOrEqual(1);
          expect(now.mean).toBeLessThanOrEqual(most);
          expect(now.variance).toBeGreaterThanOrEqual(-1e-9);
          const better = expectedAttempts({ accepted: accepted + 1, refused }, true, most);
          expect(better.mean).toBeLessThanOrEqual(now.mean);
        },
      ),
    );
  });

  it('L6: tasks without a check are hardly ever refused', () => {
    const none = { accepted: 0, refused: 0 };
    const [checked, plain] = [true, false].map((has) => expectedAttempts(none, has, 4).mean);
    expect(checked).toBeCloseTo(1.248, 3);
    expect(plain).toBeLessThan(1.03);
  });
});

describe('expectedCalls and expectedInput', () => {
  it('L6: an attempt without tools is one call, whatever others took', () => {
    expect(expectedCalls(summarise([5, 5, 5]), false)).toEqual({ mean: 1, variance: 0, off: 0 });
    expect(expectedCalls(nothing, true).mean).toBe(4);
    expect(expectedCalls(summarise(Array.from({ length: 60 }, () => 2)), true).mean).toBeCloseTo(
      2,
      1,
    );
  });

  it('L6: counts of tokens that came out larger before will do so again', () => {
    const larger = summarise(Array.from({ length: 60 }, () => 1.5));
    expect(expectedInput(nothing, 100, sure).mean).toBe(100);
    expect(expectedInput(larger, 100, sure).mean).toBeCloseTo(150, 0);
    expect(expectedInput(nothing, 0, sure).mean).toBe(0);
    const grown = expectedInput(nothing, 100, { mean: 100, variance: 10_000, off: 0.9 });
    expect(grown.off).toBeGreaterThan(expectedInput(nothing, 200, sure).off);
  });
});

describe('callOutlooks', () => {
  it('L6: the best share most of the calls, the others take the rest, and weights add up', () => {
    const candidate = (name: string, rank: number): Candidate => {
      return { member: memberOf({ name }, rank), rank, because: '', fallbackOf: undefined };
    };
    const candidates = [candidate('a', 0), candidate('b', 0), candidate('c', 2), candidate('d', 9)];
    const weights = callOutlooks(
      candidates,
      () => sure,
      () => sure,
    ).map(({ weight }) => weight);
    expect(weights).toEqual([0.45, 0.45, 0.05, 0.05]);
    const [only] = callOutlooks(
      candidates.slice(0, 1),
      () => sure,
      () => sure,
    );
    expect(only?.weight).toBe(1);
  });
});

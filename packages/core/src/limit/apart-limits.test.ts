import { describe, expect, it } from 'vitest';
import type { Limit } from '../spec/limit.ts';
import { apartProblem } from './apart-limits.ts';
import { normaliseLimit } from './parse-limit.ts';

const problemOf = (...limits: readonly Limit[]) => apartProblem(limits.map(normaliseLimit));

describe('apartProblem', () => {
  it.each<readonly [Limit, Limit]>([
    ['5 calls / 5h', '10 calls / 5h'],
    ['5 calls / 5h', '5 calls / 5h'],
    ['5 calls / 1h', { windowMs: 3_600_000, kind: 'rolling', capacity: 7, metric: 'calls' }],
    ['$5 / 1d, soft', '$6 / 1d, soft'],
    ['4 at once', '5 at once'],
    ['cpu < 80%', 'cpu < 90%'],
  ])('L1: %j and %j contradict each other', (one, other) => {
    expect(problemOf(one, '7 calls / 7d', other)).toMatch(/^".+" and ".+" hold for the same/);
  });

  it('L1: limits that differ in more stand beside each other', () => {
    expect(problemOf()).toBeUndefined();
    const several: readonly Limit[] = ['5 calls / 5h', '5 tokens / 5h', '10 calls / 10h'];
    expect(problemOf(...several, '4 calls / 5h, soft', '9 calls / 5h session')).toBeUndefined();
    expect(problemOf('cpu < 80%', 'memory < 80%', 'cpu < 95%, resume 50%')).toBeUndefined();
  });
});

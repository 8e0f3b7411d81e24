import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { JointBreaker } from './joint-breaker.ts';

describe('JointBreaker', () => {
  it('R10: opens at the first failure, lets one try, doubles the wait, and closes', () => {
    const clock = createFakeClock();
    const breaker = new JointBreaker('shared', clock, () => 1);
    const startedAt = clock.now();
    for (const call of ['a', 'b', 'c']) expect(breaker.begin(call)).toBeUndefined();
    expect(breaker.failed('a', 'refused')).toBe(startedAt + 500);
    // Those that were under way say nothing new.
    expect(breaker.failed('b', 'refused')).toBe(startedAt + 500);
    breaker.answered('c');
    expect(breaker.begin('d')).toMatchObject({ untilAt: startedAt + 500 });
    clock.advance(500);
    expect(breaker.begin('d')).toBeUndefined();
    expect(breaker.begin('d')).toBeUndefined();
    expect(breaker.begin('e')).toMatchObject({ untilAt: clock.now() + 2_000 });
    expect(breaker.standing).toMatchObject({ kind: 'limits', name: 'shared', state: 'probing' });
    expect(breaker.failed('d', 'refused')).toBe(clock.now() + 1_000);
    clock.advance(1_000);
    expect(breaker.begin('e')).toBeUndefined();
    breaker.unsaid('e');
    expect(breaker.begin('f')).toBeUndefined();
    breaker.answered('f');
    expect(breaker.standing).toMatchObject({ state: 'closed', failures: 0, why: undefined });
  });

  it('R10: a clock that is set back makes no wait longer', () => {
    let nowMs = 10_000_000;
    const clock = { ...createFakeClock(), now: () => nowMs };
    const breaker = new JointBreaker('shared', clock, () => 1);
    breaker.begin('a');
    breaker.failed('a', 'refused');
    nowMs -= 3_600_000;
    expect(breaker.begin('b')).toMatchObject({ untilAt: nowMs + 500 });
    nowMs += 500;
    expect(breaker.begin('b')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { OutsideBreaker } from './outside-breaker.ts';

/** Looks something up, if it may; whether it did. */
function look(breaker: OutsideBreaker, at: number, broken?: string): boolean {
  const mayLook = breaker.begin(`at ${at}`, at);
  if (mayLook) breaker.end(`at ${at}`, at, broken);
  return mayLook;
}

describe('OutsideBreaker', () => {
  it('R10: opens after three failures in a row, for longer each time that its one probe fails', () => {
    const breaker = new OutsideBreaker();
    for (const broken of ['gone', 'gone', undefined, 'gone', 'gone']) look(breaker, 0, broken);
    expect([breaker.isShut, breaker.news()]).toEqual([false, undefined]);
    look(breaker, 0, 'gone');
    expect(breaker.standing).toEqual({
      state: 'open',
      failures: 3,
      why: 'gone (3 times in a row)',
      untilAt: 5_000,
    });
    expect(look(breaker, 4_999)).toBe(false);
    expect(breaker.begin('probe', 5_000)).toBe(true);
    expect([breaker.standing.state, look(breaker, 5_000)]).toEqual(['probing', false]);
    breaker.end('probe', 7_000, 'gone');
    expect(breaker.standing.untilAt).toBe(17_000);
  });

  it('R10: closes by itself when its probe succeeds, and tells of both once', () => {
    const breaker = new OutsideBreaker();
    for (let time = 0; time < 3; time++) look(breaker, 0, 'gone');
    const because = 'gone (3 times in a row)';
    expect(breaker.news()).toEqual({ state: 'down', because, untilAt: 5_000 });
    expect(breaker.news()).toBeUndefined();
    look(breaker, 5_000, 'still gone');
    expect(breaker.news()).toBeUndefined();
    expect(look(breaker, 15_000)).toBe(true);
    expect(breaker.news()).toEqual({ state: 'up', because: 'it answers again' });
    expect(breaker.standing).toEqual({
      state: 'closed',
      failures: 0,
      why: undefined,
      untilAt: undefined,
    });
    for (let time = 0; time < 3; time++) look(breaker, 16_000, 'gone');
    expect(breaker.news()?.untilAt).toBe(21_000);
  });

  it('R10 Q4: a clock that is set back makes the wait no longer', () => {
    const breaker = new OutsideBreaker();
    for (let time = 0; time < 3; time++) look(breaker, 100_000, 'gone');
    expect(look(breaker, 10_000)).toBe(false);
    expect(breaker.standing.untilAt).toBe(15_000);
  });
});

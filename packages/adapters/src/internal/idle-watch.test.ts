import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleWatch } from './idle-watch.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the idle watch', () => {
  it('M9: ends a silent call between 1 and 1.25 times its time, and no call that is alive or has left', () => {
    const watch = new IdleWatch(1000);
    const ended: string[] = [];
    const silent = watch.enter(() => ended.push('silent'));
    const alive = watch.enter(() => ended.push('alive'));
    const gone = watch.enter(() => ended.push('gone'));
    gone.leave();
    gone.leave();
    for (let elapsed = 0; elapsed < 1000; elapsed += 250) {
      vi.advanceTimersByTime(250);
      alive.touch();
    }
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(ended).toEqual(['silent']);
    silent.leave();
    vi.advanceTimersByTime(250 * 5);
    expect(ended).toEqual(['silent', 'alive']);
  });

  it('M9: has one timer for all calls, and none when there are no calls', () => {
    const watch = new IdleWatch(1000);
    expect(vi.getTimerCount()).toBe(0);
    const calls = [1, 2, 3].map(() => watch.enter(() => undefined));
    expect(vi.getTimerCount()).toBe(1);
    for (const call of calls) call.leave();
    vi.advanceTimersByTime(250);
    expect(vi.getTimerCount()).toBe(0);
  });
});

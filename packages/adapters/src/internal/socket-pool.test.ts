import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Pooled, SocketPool } from './socket-pool.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function socket(forMs: number) {
  const close = vi.fn();
  return { usableUntil: performance.now() + forMs, close } satisfies Pooled;
}

describe('the pool of sockets', () => {
  it('M1: gives the youngest first, and none that is too old', () => {
    const pool = new SocketPool<Pooled>();
    const [old, young, brief] = [socket(4000), socket(9000), socket(100)];
    for (const one of [old, young, brief]) pool.park(one);
    vi.advanceTimersByTime(200);
    expect(pool.take()).toBe(young);
    expect(brief.close).toHaveBeenCalledOnce();
    expect(pool.take()).toBe(old);
    expect(pool.take()).toBeUndefined();
    expect(old.close).not.toHaveBeenCalled();
    pool.clear();
  });

  it('M1: closes what nobody takes, by one timer that stops when there is nothing left', () => {
    const pool = new SocketPool<Pooled>();
    const [first, second] = [socket(4000), socket(12_000)];
    pool.park(first);
    pool.park(second);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5000);
    expect([first.close.mock.calls.length, second.close.mock.calls.length]).toEqual([1, 0]);
    vi.advanceTimersByTime(10_000);
    expect(second.close).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('M1: keeps no more than 256, forgets what was closed, and closes all at the end', () => {
    const pool = new SocketPool<Pooled>();
    const sockets = Array.from({ length: 257 }, () => socket(4000));
    for (const one of sockets) pool.park(one);
    expect(sockets[256]?.close).toHaveBeenCalledOnce();
    const [first, second] = sockets;
    if (first === undefined || second === undefined) throw new Error('there are 257');
    pool.forget(first);
    pool.forget(first);
    pool.clear();
    expect([first.close.mock.calls.length, second.close.mock.calls.length]).toEqual([0, 1]);
    expect(pool.take()).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

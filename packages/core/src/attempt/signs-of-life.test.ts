import { describe, expect, it } from 'vitest';
import { Cancellation } from '../internal/cancellation.ts';
import { Deadlines } from '../internal/deadlines.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { type LifeBounds, type LifeLine, whileAlive } from './signs-of-life.ts';

function bounds(): LifeBounds & { readonly clock: ReturnType<typeof createFakeClock> } {
  const clock = createFakeClock();
  const deadlines = new Deadlines(clock);
  return { clock, deadlines, holdMs: 10_000, cancel: new Cancellation(), what: 'model m' };
}

describe('whileAlive', () => {
  it('L1: a long stream keeps its hold alive', async () => {
    const all = bounds();
    const { promise, resolve } = Promise.withResolvers<string>();
    const call = whileAlive(all, async (line) => {
      for (let second = 0; second < 60; second++) {
        all.clock.advance(9_000);
        line.alive();
      }
      return await promise;
    });
    resolve('answer');
    expect(await call).toBe('answer');
    expect(all.clock.pending).toBe(0);
  });

  it('L1: a call that is never done is left alone at last, whatever signs it gives', async () => {
    for (const longestMs of [60_000, undefined]) {
      const all = { ...bounds(), longestMs };
      let alive = (): void => undefined;
      const call = whileAlive(all, (line) => {
        alive = () => line.alive();
        return new Promise(() => undefined);
      });
      call.catch(() => undefined);
      const seconds = (longestMs ?? 86_400_000) / 1_000;
      for (let second = 0; second < seconds - 5; second += 5) {
        all.clock.advance(5_000);
        alive();
      }
      expect(all.clock.pending).toBe(1);
      all.clock.advance(10_000);
      await expect(call).rejects.toMatchObject({ kind: 'timeout' });
      await expect(call).rejects.toThrow(`not done after ${seconds} s`);
      expect(all.clock.pending).toBe(0);
    }
  });

  it('L1: a silent call is aborted and left alone, whether it heeds that or not', async () => {
    const all = bounds();
    let line: LifeLine | undefined;
    const call = whileAlive(all, (mine) => {
      line = mine;
      return new Promise(() => undefined);
    });
    all.clock.advance(14_900);
    expect(line?.signal.aborted).toBe(false);
    all.clock.advance(300);
    await expect(call).rejects.toMatchObject({ kind: 'timeout' });
    await expect(call).rejects.toThrow('model m gave no sign of life for 10 s');
    expect(line?.signal.aborted).toBe(true);
    expect(all.clock.pending).toBe(0);
  });

  it('L1: a clock that jumps ahead breaks no call off that still gives signs', async () => {
    const all = bounds();
    const { promise, resolve } = Promise.withResolvers<string>();
    let alive = (): void => undefined;
    const call = whileAlive(all, (line) => {
      alive = () => line.alive();
      return promise;
    });
    all.clock.set(all.clock.now() + 3_600_000);
    all.clock.advance(200);
    alive();
    all.clock.advance(9_000);
    resolve('answer');
    expect(await call).toBe('answer');
  });

  it('K6: whoever stops the attempt stops the call', () => {
    const all = bounds();
    let signal: AbortSignal | undefined;
    void whileAlive(all, (line) => {
      signal = line.signal;
      return new Promise(() => undefined);
    });
    all.cancel.abort('enough');
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe('enough');
  });
});

import { describe, expect, it } from 'vitest';
import { atOnce, createPause, createWorkPause, inSlices, type Sliced } from './slices.ts';

function* lasting(ms: number): Sliced<number> {
  let steps = 0;
  for (const until = performance.now() + ms; performance.now() < until; steps++) yield;
  return steps;
}

describe('work in slices', () => {
  it('K4: lets everything else have its turn every few ms', async () => {
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    expect(await inSlices(lasting(60))).toBeGreaterThan(0);
    isDone = true;
    // At 4 ms a slice there are fifteen; a machine that is busy makes fewer of them.
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('K4: work that is short is done without a turn of anything else', async () => {
    let turns = 0;
    setImmediate(() => {
      turns += 1;
    });
    expect(await inSlices(three())).toBe('done');
    expect(turns).toBe(0);
  });

  it('K4: can be done in one go, and what it throws is heard of either way', async () => {
    expect(atOnce(three())).toBe('done');
    expect(() => atOnce(failing())).toThrow('broken');
    await expect(inSlices(failing())).rejects.toThrow('broken');
  });

  it('K4 Q4: pauses by the amount of work, not by time, where turns must be the same every time', async () => {
    const pause = createWorkPause(10);
    expect([pause(9), pause(0)]).toEqual([undefined, undefined]);
    await expect(pause(1)).resolves.toBeUndefined();
    expect(pause(9)).toBeUndefined();
  });

  it('K4: pauses only once its slice is over', async () => {
    expect(createPause(10_000)()).toBeUndefined();
    const pause = createPause(0);
    await expect(pause()).resolves.toBeUndefined();
  });
});

function* three(): Sliced<string> {
  yield;
  yield;
  return 'done';
}

function* failing(): Sliced<never> {
  yield;
  throw new Error('broken');
}

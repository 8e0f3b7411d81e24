import { expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { Turns } from './turns.ts';

it('K5: has a turn at each moment that the latest turn asked for, whatever the ones before it asked for', async () => {
  const clock = createFakeClock();
  const begin = clock.now();
  const had: number[] = [];
  let wakeAt = begin + 5_000;
  const turns = new Turns(clock, (nowMs) => {
    had.push(nowMs - begin);
    return wakeAt;
  });
  const wake = async (at: number): Promise<void> => {
    wakeAt = begin + at;
    turns.wake();
    turns.wake();
    await Promise.resolve();
    expect(clock.pending).toBe(at === Number.POSITIVE_INFINITY ? 0 : 1);
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await Promise.resolve();
  };
  await wake(5_000);
  await wake(9_000);
  await wake(3_000);
  expect(had).toEqual([0, 0, 0]);
  await pass(2_999);
  expect(had).toHaveLength(3);
  wakeAt = begin + 8_000;
  await pass(1);
  expect(had.slice(3)).toEqual([3_000]);
  await wake(9_000);
  await pass(5_000);
  // It rings for what was asked first, and is set anew for what is asked now.
  expect(had.slice(5)).toEqual([8_000]);
  await pass(1_000);
  expect(had.slice(6)).toEqual([9_000]);
  await wake(Number.POSITIVE_INFINITY);
  await pass(60_000);
  expect(had).toHaveLength(8);
  await wake(70_000);
  turns.close();
  expect(clock.pending).toBe(0);
});

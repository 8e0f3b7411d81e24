import { expect, it } from 'vitest';
import { SignalStop } from './signal-stop.ts';

it('K6: hears of an abort by a signal once, and not once it was forgotten', () => {
  const controller = new AbortController();
  const stop = new SignalStop(controller.signal);
  const heard: string[] = [];
  const kept = (): void => void heard.push('kept');
  const forgotten = (): void => void heard.push('forgotten');
  stop.onAbort(kept);
  stop.onAbort(forgotten);
  stop.forget(forgotten);
  expect(stop.aborted).toBe(false);
  controller.abort();
  controller.abort();
  expect(stop.aborted).toBe(true);
  expect(heard).toEqual(['kept']);
});

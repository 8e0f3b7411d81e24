import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { AbortListeners } from './abort-listeners.ts';

it('K6: hears with one listener for all who wish, and with none when nobody does', () => {
  const { signal } = new AbortController();
  const listeners = new AbortListeners();
  const count = (): number => getEventListeners(signal, 'abort').length;
  const taken = Array.from({ length: 1_000 }, () => listeners.add(signal, () => undefined));
  expect(count()).toBe(1);
  for (const takeBack of taken) takeBack();
  for (const takeBack of taken) takeBack();
  expect(count()).toBe(0);
  listeners.add(signal, () => undefined);
  listeners.clear();
  expect(count()).toBe(0);
});

it('K6: tells everybody once, whoever comes too late at once, and nobody who took it back', () => {
  const controller = new AbortController();
  const listeners = new AbortListeners();
  const heard: string[] = [];
  const hear = (reason: unknown): void => void heard.push(String(reason));
  listeners.add(controller.signal, hear);
  listeners.add(controller.signal, hear);
  listeners.add(controller.signal, () => heard.push('never'))();
  const other = new AbortController();
  listeners.add(other.signal, () => heard.push('other'));
  controller.abort('enough');
  controller.abort('again');
  expect(heard).toEqual(['enough', 'enough']);
  listeners.add(controller.signal, hear);
  expect(heard).toHaveLength(3);
});

import { expect, it } from 'vitest';
import { memory } from '../journal/memory-store.ts';
import { shownView } from '../journal/sensitive-view.ts';
import type { StateStore } from '../spec/store.ts';
import { sharedView } from './shared-view.ts';

it('R7 R12: a view of a store has all that the store has', async () => {
  const heard: string[] = [];
  const whole: Required<StateStore> = {
    mail: { put: async () => undefined, read: async () => [], remove: async () => undefined },
    erase: async (_epoch, stream, run) => void heard.push(`erase ${stream} ${run}`),
    ...(await memory()()),
    whenTold: (what, name) => {
      heard.push(`${what} ${name}`);
      return () => undefined;
    },
    whenTroubled: () => {
      heard.push('trouble');
      return () => undefined;
    },
  };
  for (const view of [sharedView(whole), shownView(whole)]) {
    expect(Object.keys(view).toSorted()).toEqual(Object.keys(whole).toSorted());
    heard.length = 0;
    view.whenTold?.('mail', 'project/x', () => undefined);
    view.whenTroubled?.(() => undefined);
    expect(heard).toEqual(['mail project/x', 'trouble']);
  }
  await whole.close();
});

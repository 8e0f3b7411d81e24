import { StoreError } from './errors/store-error.ts';
import { memory } from './journal/memory-store.ts';
import { readEvents } from './journal/read-events.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore, StateStore } from './spec/store.ts';
import type { FakeClock } from './testing/fake-clock.ts';

/** A store that outlives the processes that open it, as a file does; each opening is another process. */
export interface MortalDisk {
  readonly open: OpenStore;
  /** The process that opened it last dies: nothing that it still appends is written, and its lease is free. */
  kill(): Promise<void>;
  /** From now on every append finds the disk full. */
  fill(): void;
  events(): Promise<readonly OverseerEvent[]>;
}

/** A disk in memory. */
export function mortalDisk(): MortalDisk {
  const shared = memory();
  let current: { readonly store: StateStore; dead: boolean; full: boolean } | undefined;
  return {
    open: async () => {
      const store = await shared();
      const mine = { store, dead: false, full: false };
      current = mine;
      return {
        ...store,
        events: {
          ...store.events,
          append: async (epoch, events) => {
            if (mine.dead) await new Promise<never>(() => undefined);
            if (mine.full) throw new StoreError('store.full', 'The disk is full.');
            await store.events.append(epoch, events);
          },
        },
      };
    },
    kill: async () => {
      if (current === undefined) return;
      current.dead = true;
      await current.store.close();
    },
    fill: () => {
      if (current !== undefined) current.full = true;
    },
    events: async () => {
      const reader = await shared();
      const events: OverseerEvent[] = [];
      for await (const page of readEvents(reader, 'project/default', undefined)) {
        events.push(...page);
      }
      return events;
    },
  };
}

/** Waits until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Lets a held clock ring as often as it takes until the work is done. */
export async function inTime<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => {
    isDone = true;
  };
  work.then(end, end);
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(clock.untilNextMs ?? 0);
  }
  return await work;
}

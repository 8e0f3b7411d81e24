import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore, StateStore } from './spec/store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { type FakeReply, fakeModel } from './testing/fake-model.ts';

/** How long leases last. */
export const LEASE_MS = 6_000;

/** What a test does with overseers of one store. */
export interface SharedPlace {
  readonly store: OpenStore;
  /** The clock of the store. */
  readonly clock: FakeClock;
  /** A clock that goes on with the others. */
  newClock(): FakeClock;
  /** Who asked a model, in order. */
  readonly calls: string[];
  /** All events so far. */
  events(): Promise<readonly OverseerEvent[]>;
  answerWith(answer: (by: string) => FakeReply | Promise<FakeReply>): void;
  /** Time goes by for the store, and for those that are not frozen. */
  advance(ms: number, frozen?: readonly FakeClock[]): Promise<void>;
  start(
    name: string,
    more?: Partial<OverseerOptions>,
  ): { readonly clock: FakeClock; readonly overseer: Promise<Overseer> };
}

/** Overseers of one store, each with a clock that only it goes by, beside that of the store. */
export function sharedPlace(
  onEnd: (clean: () => Promise<void>) => void,
  wrap: (store: StateStore) => StateStore = (store) => store,
): SharedPlace {
  const clock = createFakeClock();
  const open = memory({ leaseMs: LEASE_MS, clock });
  const clocks: FakeClock[] = [];
  const calls: string[] = [];
  let reply: (by: string) => FakeReply | Promise<FakeReply> = () => ({ text: 'fine' });
  const store: OpenStore = async () => wrap(await open());
  const newClock = (): FakeClock => {
    const own = createFakeClock();
    clocks.push(own);
    return own;
  };
  return {
    store,
    clock,
    newClock,
    calls,
    /** All events so far. */
    events: async () => {
      const reader = await open();
      try {
        return await reader.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
      } finally {
        await reader.close();
      }
    },
    answerWith: (answer) => {
      reply = answer;
    },
    /** Time goes by for the store, and for those that are not frozen. */
    advance: async (ms, frozen = []) => {
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(100);
        for (const each of clocks) if (!frozen.includes(each)) each.advance(100);
        await pass(0);
      }
    },
    start: (name, more = {}) => {
      const own = newClock();
      const model = fakeModel({
        reply: () => {
          calls.push(name);
          return reply(name);
        },
      });
      const overseer = createOverseer({
        overseer: 'a',
        models: { a: { model } },
        store,
        clock: own,
        name,
        graceMs: 0,
        ...more,
      });
      onEnd(async () => {
        // Those that were refused never were.
        const opened = await Promise.race([overseer.catch(() => undefined), pass(10)]);
        const closing = opened?.close().catch(() => undefined);
        for (let turns = 0; turns < 20; turns++) {
          own.advance(1_000);
          await pass(0);
        }
        await closing;
      });
      return { clock: own, overseer };
    },
  };
}

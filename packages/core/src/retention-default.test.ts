import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { counting, eventsOf, NAME } from './caching.fixture.ts';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { lookAtRetention } from './look-at-retention.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';

const DAY_MS = 86_400_000;

type Said = Pick<OverseerOptions, 'retention'>;

/** A store with one finished run, as old as a test makes it. */
async function place(retention?: Said['retention'], store: OpenStore = memory()) {
  const clock = createFakeClock();
  const warnings: (Error & { readonly code?: string })[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  const models = { a: { model: counting() } };
  const open = (said: Said = retention === undefined ? {} : { retention }): Promise<Overseer> => {
    const { retention: rule } = said;
    const more = rule === undefined ? {} : { retention: rule };
    return createOverseer({ overseer: 'a', models, store, clock, ...more });
  };
  const first = await open();
  const old = first.run(NAME);
  await old.result;
  await first.close();
  /** Opens it so many days later for a moment, and says whether the run is erased by then. */
  const after = async (days: number, said?: Said): Promise<boolean> => {
    clock.advance(days * DAY_MS);
    await using overseer = await open(said);
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    return (await eventsOf(overseer.open(old.id), 'run.erased')).length > 0;
  };
  return { store, clock, after, old, warned: () => warnings.map(({ code }) => code), open };
}

async function notedIn(store: OpenStore): Promise<readonly OverseerEvent[]> {
  const { events } = await store();
  const all = await events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  return all.filter(({ type }) => type === 'retention.changed');
}

const lookAt = async (store: OpenStore, clock: FakeClock) =>
  await lookAtRetention(await store(), clock.now(), 30 * DAY_MS);

describe('retention, where nobody says how long', () => {
  it('R5 X2 K9: erases a run 365 days after its end, and is on record and told a week before', async () => {
    const { store, clock, after, old, warned, open } = await place();
    expect(await after(357)).toBe(false);
    expect(await notedIn(store)).toEqual([]);
    expect(warned()).toEqual([]);
    expect(await after(2)).toBe(false);
    const [noted] = await notedIn(store);
    const fromAt = clock.now() + 7 * DAY_MS;
    expect(noted?.data).toEqual({ keepMs: 365 * DAY_MS, isDefault: true, fromAt });
    expect(warned()).toEqual(['retention.default']);
    // It is old enough, and its week is not over.
    expect(await after(6.5)).toBe(false);
    expect(await after(0.5)).toBe(true);
    expect(await notedIn(store)).toHaveLength(1);
    expect(warned()).toEqual(['retention.default']);
    await using overseer = await open();
    const [erased] = await eventsOf(overseer.open(old.id), 'run.erased');
    expect(erased).toMatchObject({ actor: 'retention', data: { by: 'retention' } });
    expect(erased?.data.because).toContain('by default');
  });

  it('R5 Q6: gives a journal whose runs are older than that already a week as well', async () => {
    const { store, after } = await place();
    expect(await after(4_000)).toBe(false);
    expect(await after(6)).toBe(false);
    expect(await after(1)).toBe(true);
    expect(await notedIn(store)).toHaveLength(1);
  });

  it('R5: keeps all for ever where somebody says so, which is on record', async () => {
    const { store, clock, after } = await place(false);
    expect(await after(4_000)).toBe(false);
    expect((await notedIn(store)).map(({ data }) => data)).toEqual([
      { isDefault: false, fromAt: expect.any(Number) },
    ]);
    expect(await lookAt(store, clock)).toMatchObject([{ keepMs: undefined, runs: 0 }]);
    // Who leaves the option out again has a week to put it back.
    expect(await after(0, {})).toBe(false);
    expect(await after(1)).toBe(false);
    expect(await after(30)).toBe(false);
    expect((await notedIn(store)).map(({ data }) => data)).toMatchObject([
      { isDefault: false },
      { isDefault: true },
      { isDefault: false },
    ]);
  });

  it('R5: erases nothing where the store cannot, and writes nothing of it', async () => {
    const kept = memory();
    const plain: OpenStore = async () => {
      const { erase: _erase, ...store } = await kept();
      return { ...store, capabilities: { durable: false, shared: false } };
    };
    const { clock, after, warned } = await place(undefined, plain);
    expect(await after(4_000)).toBe(false);
    expect(await after(10)).toBe(false);
    expect(await notedIn(plain)).toEqual([]);
    expect(warned()).toEqual([]);
    expect(await lookAt(plain, clock)).toBeUndefined();
  });

  it('R5 X2: is told of with the runs that fall under it, and not with those that were erased', async () => {
    const { store, clock, after } = await place();
    const look = { project: 'default', keepMs: 365 * DAY_MS, isDefault: true };
    expect(await lookAt(store, clock)).toEqual([{ ...look, fromAt: undefined, runs: 0 }]);
    await after(336);
    expect(await lookAt(store, clock)).toEqual([{ ...look, fromAt: undefined, runs: 1 }]);
    await after(23);
    const fromAt = clock.now() + 7 * DAY_MS;
    expect(await lookAt(store, clock)).toEqual([{ ...look, fromAt, runs: 1 }]);
    expect(await after(7)).toBe(true);
    expect(await lookAt(store, clock)).toEqual([{ ...look, fromAt, runs: 0 }]);
  });
});

import { describe, expect, it } from 'vitest';
import { currentHolder } from '../internal/process-identity.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { place } from './history.fixture.ts';
import { memory } from './memory-store.ts';
import { readEvents, takeEvents } from './read-events.ts';

const STREAM = 'project/p';

describe('readEvents', () => {
  it.each([0, 1, 999, 1_000, 1_001, 2_000, 2_500])(
    'R2: reads all of %i events, in order',
    async (count) => {
      const store = await filled(count);
      const seqs = (await read(store, undefined, 0)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: count }, (_, nth) => nth + 1));
    },
  );

  it('R2: reads one run, and only what comes after a place', async () => {
    const store = await filled(2_500);
    const seqs = (await read(store, 'even', 1_000)).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 750 }, (_, nth) => 1_002 + 2 * nth));
  });

  it('R5: asks for a page at a time, and for none after the last', async () => {
    const store = await filled(2_500);
    const asked: number[] = [];
    const counting: StateStore = {
      ...store,
      events: {
        ...store.events,
        read: (query) => {
          asked.push(query.after);
          return store.events.read(query);
        },
      },
    };
    expect(await read(counting, undefined, 0)).toHaveLength(2_500);
    expect(asked).toEqual([0, 1_000, 2_000]);
  });

  it('R2 K4: gives them one after the other too', async () => {
    const store = await filled(2_500);
    const seqs: number[] = [];
    await takeEvents(store, STREAM, { run: 'even', after: 2_000 }, ({ seq }) => seqs.push(seq));
    expect(seqs).toEqual(Array.from({ length: 250 }, (_, nth) => 2_002 + 2 * nth));
    await takeEvents(store, STREAM, {}, ({ seq }) => seqs.push(seq));
    expect(seqs).toHaveLength(2_750);
  });

  it.each([0, 999, 1_000, 1_001, 2_000, 3_000, 4_500])(
    'R2: gives each of %i events once, in order, with and without gaps between them',
    async (count) => {
      const store = await filled(count);
      for (const gap of [0, 1, 7]) {
        const seqs: number[] = [];
        const spread = withGaps(store, gap);
        await takeEvents(spread, STREAM, {}, ({ seq }) => seqs.push(seq));
        expect(seqs).toEqual(Array.from({ length: count }, (_, nth) => (nth + 1) * (gap + 1)));
      }
    },
  );

  it('R2: asks for one page where the journal has no more', async () => {
    const store = await filled(999);
    let asked = 0;
    const read: StateStore['events']['read'] = (query) => {
      asked += 1;
      return store.events.read(query);
    };
    await takeEvents({ ...store, events: { ...store.events, read } }, STREAM, {}, () => undefined);
    expect(asked).toBe(1);
  });
});

async function filled(count: number): Promise<StateStore> {
  const store = await memory()();
  const lease = await store.leases.acquire(STREAM, currentHolder('test'));
  if (lease.kind === 'busy') throw new Error('the lease of a new store is busy');
  const events = Array.from({ length: count }, (_, nth) =>
    place(
      { type: 'run.resumed', run: nth % 2 === 0 ? 'odd' : 'even', data: { because: 'test' } },
      nth + 1,
    ),
  );
  await store.events.append(lease.epoch, events);
  return store;
}

/** The same events, so many places apart. */
function withGaps(store: StateStore, gap: number): StateStore {
  const read: StateStore['events']['read'] = async (query) => {
    const page = await store.events.read({ ...query, after: Math.floor(query.after / (gap + 1)) });
    return page.map((event) => ({ ...event, seq: event.seq * (gap + 1) }));
  };
  return { ...store, events: { ...store.events, read } };
}

async function read(
  store: StateStore,
  run: string | undefined,
  after: number,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const page of readEvents(store, STREAM, run, after)) events.push(...page);
  return events;
}

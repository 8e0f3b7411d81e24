import assert from 'node:assert/strict';
import type { OverseerEvent } from '../../spec/event.ts';
import type { StateStore } from '../../spec/store.ts';
import type { ConformanceRule } from '../rule.ts';
import { openRule, ownedRule, readAll, refused, STREAM, sample, samples, seqs } from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** Pages, the filter by run, and what a closed store does. */
export function readRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [...pageRules(subject), ...runRules(subject), ...closeRules(subject)];
}

function pageRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(
      subject,
      'R1: a page holds at most `limit` events, all after `after`',
      async (store, epoch) => {
        await store.events.append(epoch, samples(1, 10));
        const page = (after: number, limit: number) =>
          store.events.read({ stream: STREAM, after, limit });
        assert.deepEqual(seqs(await page(0, 4)), [1, 2, 3, 4]);
        assert.deepEqual(seqs(await page(4, 4)), [5, 6, 7, 8]);
        assert.deepEqual(seqs(await page(8, 4)), [9, 10]);
        assert.deepEqual(await page(10, 4), []);
        assert.deepEqual(await page(99, 4), []);
      },
    ),
    ownedRule(subject, 'R1: pages of every size give every event once', async (store, epoch) => {
      await store.events.append(epoch, samples(1, 2_500));
      for (const size of [1_000, 999, 2_500, 10_000]) {
        assert.deepEqual(await readPages(store, size), samples(1, 2_500), `pages of ${size}`);
      }
    }),
    ownedRule(
      subject,
      'R1: a read sees all that was acknowledged before it',
      async (store, epoch) => {
        for (let seq = 1; seq <= 20; seq++) {
          await store.events.append(epoch, [sample(seq)]);
          assert.equal((await readAll(store)).length, seq);
          assert.equal(await store.events.head(STREAM), seq);
        }
      },
    ),
  ];
}

function runRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(subject, 'R1: a read of one run gives its events only', async (store, epoch) => {
      await store.events.append(epoch, [
        sample(1, { run: 'a' }),
        sample(2),
        sample(3, { run: 'b' }),
        sample(4, { run: 'a' }),
      ]);
      const read = (run: string, after: number) =>
        store.events.read({ stream: STREAM, run, after, limit: 10 });
      assert.deepEqual(await read('a', 0), [sample(1, { run: 'a' }), sample(4, { run: 'a' })]);
      assert.deepEqual(seqs(await read('a', 1)), [4]);
      assert.deepEqual(seqs(await read('b', 0)), [3]);
      assert.deepEqual(await read('none', 0), []);
      await store.events.append(epoch, [sample(5, { run: 'a' })]);
      assert.deepEqual(seqs(await read('a', 1)), [4, 5]);
    }),
    ownedRule(
      subject,
      'R1: a run that is rare in a long stream is found whole, page by page',
      async (store, epoch) => {
        const events = samples(1, 6_000).map((event) =>
          event.seq % 1_500 === 7
            ? { ...event, run: 'rare' }
            : { ...event, run: `often ${event.seq % 3}` },
        );
        await store.events.append(epoch, events);
        const rare = events.filter((event) => event.run === 'rare');
        assert.equal(rare.length, 4);
        for (const size of [1, 2, 3, 1_000]) {
          assert.deepEqual(await readPages(store, size, 'rare'), rare, `pages of ${size}`);
        }
        const often = events.filter((event) => event.run === 'often 1');
        assert.deepEqual(await readPages(store, 700, 'often 1'), often);
      },
    ),
    ownedRule(subject, 'R1: one run may have events in two streams', async (store, epoch) => {
      const other = 'project/other';
      await store.events.append(epoch, [
        sample(1, { run: 'a' }),
        sample(1, { run: 'a', stream: other }),
        sample(2, { run: 'a', stream: other }),
      ]);
      const read = (stream: string) => store.events.read({ stream, run: 'a', after: 0, limit: 10 });
      assert.deepEqual(seqs(await read(STREAM)), [1]);
      assert.deepEqual(seqs(await read(other)), [1, 2]);
    }),
  ];
}

function closeRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    openRule(
      subject,
      'R1: a closed store refuses everything, and may be closed again',
      async (store) => {
        await store.close();
        await store.close();
        await refused(store.events.append(1, samples(1, 1)), 'store.closed');
        await refused(readAll(store), 'store.closed');
        await refused(store.events.head(STREAM), 'store.closed');
        await refused(store.events.streams(), 'store.closed');
        await refused(store.blobs.put(new Uint8Array(1)), 'store.closed');
        await refused(store.blobs.get('00'), 'store.closed');
        await refused(store.snapshots.latest(STREAM, 1), 'store.closed');
      },
    ),
    ownedRule(subject, 'R1: closing waits for what is being written', async (store, epoch) => {
      const written = Promise.all(
        samples(1, 50).map((event) => store.events.append(epoch, [event])),
      );
      await store.close();
      await written;
    }),
  ];
}

async function readPages(store: StateStore, size: number, run?: string): Promise<OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  while (true) {
    const page = await store.events.read({
      stream: STREAM,
      after: events.at(-1)?.seq ?? 0,
      limit: size,
      ...(run === undefined ? {} : { run }),
    });
    assert.ok(page.length <= size, `a page of ${page.length} where ${size} was asked`);
    events.push(...page);
    if (page.length < size) return events;
  }
}

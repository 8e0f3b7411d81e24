import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { openRule, ownedRule, readAll, refused, STREAM, sample, samples, seqs } from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** Order, gaps, conflicts, repeats, and what waits together. */
export function appendRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ...placeRules(subject),
    ...streamRules(subject),
    ...repeatRules(subject),
    ...concurrencyRules(subject),
  ];
}

function placeRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(subject, 'R1: what is appended is read back as it was', async (store, epoch) => {
      const events = samples(1, 3, { run: 'r1' });
      await store.events.append(epoch, events);
      assert.deepEqual(await readAll(store), events);
    }),
    ownedRule(
      subject,
      'R1: events come in the order of seq over several appends',
      async (store, epoch) => {
        await store.events.append(epoch, samples(1, 2));
        await store.events.append(epoch, samples(3, 3));
        await store.events.append(epoch, samples(4, 7));
        assert.deepEqual(seqs(await readAll(store)), [1, 2, 3, 4, 5, 6, 7]);
      },
    ),
    ownedRule(subject, 'R1: appending nothing does nothing', async (store, epoch) => {
      await store.events.append(epoch, []);
      assert.deepEqual(await store.events.streams(), []);
    }),
    ownedRule(subject, 'R1: a stream starts with seq 1', async (store, epoch) => {
      await refused(store.events.append(epoch, samples(2, 2)), 'store.conflict');
      await refused(store.events.append(epoch, samples(0, 0)), 'store.conflict');
      assert.deepEqual(await readAll(store), []);
    }),
    ownedRule(subject, 'R1: an append that leaves a gap is refused', async (store, epoch) => {
      await store.events.append(epoch, samples(1, 2));
      await refused(store.events.append(epoch, samples(4, 4)), 'store.conflict');
      assert.equal(await store.events.head(STREAM), 2);
    }),
    ownedRule(subject, 'R1: a seq that another event has is refused', async (store, epoch) => {
      await store.events.append(epoch, samples(1, 2));
      await refused(store.events.append(epoch, samples(2, 2, { tag: 'b' })), 'store.conflict');
      assert.deepEqual(await readAll(store), samples(1, 2));
    }),
    ownedRule(
      subject,
      'R1: of an append with one event out of place, nothing is written',
      async (store, epoch) => {
        await refused(
          store.events.append(epoch, [sample(1), sample(2), sample(4)]),
          'store.conflict',
        );
        const other = 'project/other';
        await refused(
          store.events.append(epoch, [sample(1, { stream: other }), sample(1), sample(3)]),
          'store.conflict',
        );
        assert.deepEqual(await store.events.streams(), []);
        await store.events.append(epoch, samples(1, 4));
        assert.equal(await store.events.head(STREAM), 4);
      },
    ),
  ];
}

function streamRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(
      subject,
      'R1: one append may write several streams, each with its own seq',
      async (store, epoch) => {
        const other = 'project/other';
        await store.events.append(epoch, [
          sample(1),
          sample(1, { stream: other }),
          sample(2),
          sample(2, { stream: other }),
        ]);
        assert.deepEqual(await readAll(store), samples(1, 2));
        assert.deepEqual(await readAll(store, other), samples(1, 2, { stream: other }));
      },
    ),
    openRule(
      subject,
      'R1: an empty store has no streams, and any stream ends at 0',
      async (store) => {
        assert.deepEqual(await store.events.streams(), []);
        assert.equal(await store.events.head(STREAM), 0);
        assert.deepEqual(await readAll(store), []);
      },
    ),
    ownedRule(subject, 'R1: every stream with events is listed once', async (store, epoch) => {
      const names = ['project/default', 'project/ünï 🚀', "project/it's;--", 'system'];
      for (const stream of names) await store.events.append(epoch, samples(1, 2, { stream }));
      assert.deepEqual([...(await store.events.streams())].sort(), [...names].sort());
      for (const stream of names) assert.equal(await store.events.head(stream), 2, stream);
    }),
  ];
}

function repeatRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(subject, 'R1: a repeated append is taken as written', async (store, epoch) => {
      await store.events.append(epoch, samples(1, 3));
      await store.events.append(epoch, samples(1, 3));
      await store.events.append(epoch, samples(2, 2));
      assert.deepEqual(await readAll(store), samples(1, 3));
    }),
    ownedRule(
      subject,
      'R1: of an append that repeats in part, only the new part is written',
      async (store, epoch) => {
        await store.events.append(epoch, samples(1, 3));
        await store.events.append(epoch, samples(2, 5));
        assert.deepEqual(await readAll(store), samples(1, 5));
      },
    ),
  ];
}

function concurrencyRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(
      subject,
      'R1: appends that wait together are all written, in their order',
      async (store, epoch) => {
        await Promise.all(samples(1, 200).map((event) => store.events.append(epoch, [event])));
        assert.deepEqual(await readAll(store), samples(1, 200));
      },
    ),
    ownedRule(
      subject,
      'R1: an append that is refused leaves those that wait beside it alone',
      async (store, epoch) => {
        const outcomes = await Promise.allSettled([
          store.events.append(epoch, samples(1, 2)),
          store.events.append(epoch, samples(9, 9)),
          store.events.append(epoch - 1, samples(3, 3)),
          store.events.append(epoch, samples(3, 4)),
        ]);
        assert.deepEqual(
          outcomes.map((outcome) => outcome.status),
          ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
        );
        assert.deepEqual(seqs(await readAll(store)), [1, 2, 3, 4]);
      },
    ),
    ownedRule(
      subject,
      'R1: the caller may reuse its array once append has returned',
      async (store, epoch) => {
        const batch = samples(1, 2);
        const written = store.events.append(epoch, batch);
        batch.length = 0;
        await written;
        assert.deepEqual(await readAll(store), samples(1, 2));
      },
    ),
  ];
}

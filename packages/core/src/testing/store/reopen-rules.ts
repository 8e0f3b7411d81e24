import assert from 'node:assert/strict';
import { currentHolder } from '../../internal/process-identity.ts';
import type { StateStore } from '../../spec/store.ts';
import type { ConformanceRule } from '../rule.ts';
import { deadHolder, own, readAll, refused, STREAM, sample, samples, takeOver } from './bench.ts';
import type { ReopeningSubject } from './subject.ts';

/** What holds when a store is closed and opened again, or opened twice at once. */
export function reopenRules(subject: ReopeningSubject): readonly ConformanceRule[] {
  return [...survivalRules(subject), ...twiceOpenRules(subject)];
}

function survivalRules(subject: ReopeningSubject): readonly ConformanceRule[] {
  return [
    reopenRule(
      subject,
      'R2: events, blobs and snapshots survive closing and opening',
      async (store, again) => {
        const epoch = await own(store);
        const events = [...samples(1, 3, { run: 'r' }), sample(4, { text: 'x'.repeat(20_000) })];
        await store.events.append(epoch, events);
        const hash = await store.blobs.put(new Uint8Array([1, 2]));
        const snapshot = { stream: STREAM, seq: 3, foldVersion: 1, body: ['s'] };
        await store.snapshots.put(snapshot);
        await store.close();
        const next = await again();
        assert.deepEqual(await readAll(next), events);
        assert.deepEqual(await next.events.streams(), [STREAM]);
        assert.deepEqual([...((await next.blobs.get(hash)) ?? [])], [1, 2]);
        assert.deepEqual(await next.snapshots.latest(STREAM, 1), snapshot);
        assert.equal(
          (await next.events.read({ stream: STREAM, run: 'r', after: 0, limit: 9 })).length,
          3,
        );
      },
    ),
    reopenRule(subject, 'R2: a stream goes on where it ended', async (store, again) => {
      await store.events.append(await own(store), samples(1, 3));
      await store.close();
      const next = await again();
      const epoch = await own(next);
      await refused(next.events.append(epoch, samples(5, 5)), 'store.conflict');
      await next.events.append(epoch, samples(3, 6));
      assert.deepEqual(await readAll(next), samples(1, 6));
    }),
    reopenRule(
      subject,
      'R6: closing gives the lease back, and epochs never repeat',
      async (store, again) => {
        const before = await own(store);
        await store.close();
        const next = await again();
        assert.ok((await own(next)) > before);
        await refused(next.events.append(before, samples(1, 1)), 'store.fenced');
      },
    ),
  ];
}

function twiceOpenRules(subject: ReopeningSubject): readonly ConformanceRule[] {
  return [
    reopenRule(
      subject,
      'R6: a second opening sees the lease of the first',
      async (store, again) => {
        const holder = currentHolder('first');
        await own(store, holder);
        const next = await again();
        const answer = await next.leases.acquire(STREAM, currentHolder('second'));
        if (answer.kind === 'held') assert.fail('two hold it');
        assert.deepEqual(answer.holder, holder);
      },
    ),
    reopenRule(subject, 'R6: two openings never both write', async (store, again) => {
      const before = await own(store, deadHolder('first'));
      await store.events.append(before, samples(1, 2));
      const next = await again();
      const { epoch: after } = await takeOver(next);
      await next.events.append(after, samples(3, 4, { tag: 'new' }));
      await refused(store.events.append(before, samples(3, 3)), 'store.fenced');
      await store.close();
      await next.events.append(after, samples(5, 5, { tag: 'new' }));
      assert.deepEqual(await readAll(next), [...samples(1, 2), ...samples(3, 5, { tag: 'new' })]);
    }),
    reopenRule(
      subject,
      'R6: the lease may go from opening to opening and back',
      async (store, again) => {
        const next = await again();
        const first = await own(store);
        await store.events.append(first, samples(1, 2));
        await store.leases.release(STREAM, first);
        const second = await own(next);
        await next.events.append(second, samples(3, 4));
        await next.leases.release(STREAM, second);
        await store.events.append(await own(store), samples(5, 6));
        assert.deepEqual(await readAll(next), samples(1, 6));
      },
    ),
  ];
}

function reopenRule(
  { open, reopen }: ReopeningSubject,
  name: string,
  check: (store: StateStore, again: () => Promise<StateStore>) => Promise<void>,
): ConformanceRule {
  return {
    name,
    check: async () => {
      const store = await open();
      const opened = [store];
      try {
        await check(store, async () => {
          const next = await reopen(store);
          opened.push(next);
          return next;
        });
      } finally {
        for (const each of opened) await each.close();
      }
    },
  };
}

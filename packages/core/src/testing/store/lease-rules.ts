import assert from 'node:assert/strict';
import { currentHolder } from '../../internal/process-identity.ts';
import type { ConformanceRule } from '../rule.ts';
import {
  deadHolder,
  openRule,
  own,
  ownedRule,
  readAll,
  refused,
  STREAM,
  samples,
} from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** Single ownership, and the fencing of every write. */
export function leaseRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [...ownershipRules(subject), ...fencingRules(subject)];
}

function ownershipRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    openRule(subject, 'R6: a free lease is given at once', async (store) => {
      const answer = await store.leases.acquire(STREAM, currentHolder('one'));
      if (answer.kind === 'busy') assert.fail('it was busy');
      assert.ok(Number.isInteger(answer.epoch) && answer.epoch >= 1);
      assert.equal(answer.from, undefined);
    }),
    openRule(
      subject,
      'R6: while its holder lives, a lease is busy and names the holder',
      async (store) => {
        const holder = currentHolder('one');
        await own(store, holder);
        const answer = await store.leases.acquire(STREAM, currentHolder('two'));
        if (answer.kind === 'held') assert.fail('two hold it');
        assert.deepEqual(answer.holder, holder);
        assert.ok(Math.abs(Date.now() - answer.since) < 60_000, 'since is an epoch ms');
      },
    ),
    openRule(
      subject,
      'R6: a dead holder is taken over at once, under a higher epoch',
      async (store) => {
        const dead = deadHolder('dead');
        const before = await own(store, dead);
        const answer = await store.leases.acquire(STREAM, currentHolder('two'));
        if (answer.kind === 'busy') assert.fail('the dead holder was taken for alive');
        assert.ok(answer.epoch > before);
        assert.deepEqual(answer.from, dead);
      },
    ),
    openRule(
      subject,
      'R6: a lease given back is free, and each taking raises the epoch',
      async (store) => {
        const first = await own(store);
        await store.leases.release(STREAM, first);
        const second = await own(store);
        await store.leases.release(STREAM, second);
        assert.ok(first < second && second < (await own(store)));
      },
    ),
    openRule(
      subject,
      'R6: giving back under an epoch that has passed does nothing',
      async (store) => {
        const first = await own(store, deadHolder('dead'));
        const second = await own(store);
        await store.leases.release(STREAM, first);
        assert.equal((await store.leases.acquire(STREAM, currentHolder('two'))).kind, 'busy');
        await store.events.append(second, samples(1, 1));
      },
    ),
    openRule(subject, 'R6: of many who ask at once, one gets it', async (store) => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          store.leases.acquire(STREAM, currentHolder(`${index}`)),
        ),
      );
      assert.equal(answers.filter((answer) => answer.kind === 'held').length, 1);
    }),
  ];
}

function fencingRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    openRule(subject, 'R6: nobody writes without a lease', async (store) => {
      await refused(store.events.append(1, samples(1, 1)), 'store.fenced');
      await refused(store.events.append(0, samples(1, 1)), 'store.fenced');
      assert.deepEqual(await store.events.streams(), []);
    }),
    openRule(
      subject,
      'R6: whoever was taken over is fenced, and the successor goes on',
      async (store) => {
        const before = await own(store, deadHolder('dead'));
        await store.events.append(before, samples(1, 2));
        const after = await own(store);
        await refused(store.events.append(before, samples(3, 3, { tag: 'old' })), 'store.fenced');
        await store.events.append(after, samples(3, 3, { tag: 'new' }));
        assert.deepEqual(await readAll(store), [
          ...samples(1, 2),
          ...samples(3, 3, { tag: 'new' }),
        ]);
      },
    ),
    ownedRule(subject, 'R6: an epoch that was never given is fenced', async (store, epoch) => {
      await refused(store.events.append(epoch + 1, samples(1, 1)), 'store.fenced');
    }),
    ownedRule(
      subject,
      'R6: after the lease was given back its epoch is fenced',
      async (store, epoch) => {
        await store.events.append(epoch, samples(1, 1));
        await store.leases.release(STREAM, epoch);
        await refused(store.events.append(epoch, samples(2, 2)), 'store.fenced');
      },
    ),
    openRule(
      subject,
      'R6: a repeat under an epoch that has passed is fenced too',
      async (store) => {
        const before = await own(store, deadHolder('dead'));
        await store.events.append(before, samples(1, 1));
        await own(store);
        await refused(store.events.append(before, samples(1, 1)), 'store.fenced');
      },
    ),
  ];
}

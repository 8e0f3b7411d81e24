import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { currentHolder } from '../../internal/process-identity.ts';
import type { StateStore } from '../../spec/store.ts';
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
  takeOver,
} from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** Single ownership, and the fencing of every write. */
export function leaseRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [...ownershipRules(subject), ...fencingRules(subject), ...renewalRules(subject)];
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
      'R6: a dead holder is taken over, at once or when its lease has run out, under a higher epoch',
      async (store) => {
        const dead = deadHolder('dead');
        const before = await own(store, dead);
        const answer = await takeOver(store);
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
        const { epoch: second } = await takeOver(store);
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
        const { epoch: after } = await takeOver(store);
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
        await takeOver(store);
        await refused(store.events.append(before, samples(1, 1)), 'store.fenced');
      },
    ),
  ];
}

/** Of leases that run out, one for each stream; a store whose leases do not has nothing to keep here. */
function renewalRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    leasedRule(subject, 'R6: a lease that is renewed does not run out', async (store, leaseMs) => {
      const epoch = await own(store);
      const end = performance.now() + 2 * leaseMs;
      while (performance.now() < end) {
        assert.equal(await store.leases.renew?.(STREAM, epoch), true);
        assert.equal((await store.leases.acquire(STREAM, currentHolder('two'))).kind, 'busy');
        await setTimeout(leaseMs / 4);
      }
    }),
    leasedRule(subject, 'R6: whoever was taken over renews nothing', async (store) => {
      const before = await own(store);
      const { epoch } = await takeOver(store);
      assert.equal(await store.leases.renew?.(STREAM, before), false);
      assert.equal(await store.leases.renew?.(STREAM, epoch), true);
      await store.leases.release(STREAM, epoch);
      assert.equal(await store.leases.renew?.(STREAM, epoch), false);
    }),
    leasedRule(subject, 'R6: each stream has a lease and an epoch of its own', async (store) => {
      const one = await own(store);
      const two = await store.leases.acquire(OTHER, currentHolder('two'));
      if (two.kind === 'busy') assert.fail('the lease of one stream guards another');
      assert.notEqual(one, two.epoch);
      await store.events.append(one, samples(1, 1));
      await store.events.append(two.epoch, samples(1, 1, { stream: OTHER }));
      await store.leases.release(STREAM, one);
      await store.events.append(two.epoch, samples(2, 2, { stream: OTHER }));
    }),
    leasedRule(subject, 'R7: the leases that are held can be seen', async (store) => {
      const epoch = await own(store, currentHolder('one'));
      const other = await store.leases.acquire(OTHER, currentHolder('two'));
      const seen = async (): Promise<unknown> =>
        (await store.leases.standing?.())
          ?.map(({ name, holder }) => [name, holder.name])
          .sort(([a = ''], [b = '']) => a.localeCompare(b));
      assert.deepEqual(await seen(), [
        [STREAM, 'one'],
        [OTHER, 'two'],
      ]);
      await store.leases.release(STREAM, epoch);
      assert.deepEqual(await seen(), [[OTHER, 'two']]);
      assert.equal(other.kind, 'held');
    }),
    leasedRule(subject, 'R6: no lease writes a stream that another guards', async (store) => {
      const one = await own(store);
      const two = await store.leases.acquire(OTHER, currentHolder('two'));
      if (two.kind === 'busy') assert.fail('the lease of one stream guards another');
      await refused(store.events.append(two.epoch, samples(1, 1)), 'store.fenced');
      const both = [...samples(1, 1), ...samples(1, 1, { stream: OTHER })];
      await refused(store.events.append(one, both), 'store.fenced');
      assert.deepEqual(await store.events.streams(), []);
    }),
  ];
}

const OTHER = 'project/other';

function leasedRule(
  subject: StoreSubject,
  name: string,
  check: (store: StateStore, leaseMs: number) => Promise<void>,
): ConformanceRule {
  return openRule(subject, name, async (store) => {
    const { leaseMs } = store.capabilities;
    if (leaseMs !== undefined) await check(store, leaseMs);
  });
}

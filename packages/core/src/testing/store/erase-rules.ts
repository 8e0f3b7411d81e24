import assert from 'node:assert/strict';
import type { OverseerEvent } from '../../spec/event.ts';
import type { StateStore } from '../../spec/store.ts';
import type { ConformanceRule } from '../rule.ts';
import { ownedRule, readAll, refused, STREAM, sample, samples } from './bench.ts';
import type { StoreSubject } from './subject.ts';

/** What erasing a run does and leaves alone; a store that cannot erase keeps these by having no `erase`. */
export function eraseRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [...contentRules(subject), ...orderRules(subject)];
}

function contentRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    eraseRule(subject, 'X3: an erased run reads as erased, each event in its place', async (at) => {
      const { store, epoch, erase } = at;
      const text = 'a secret '.repeat(2_000);
      await store.events.append(epoch, [
        sample(1),
        sample(2, { run: 'r' }),
        sample(3, { run: 's', text }),
        sample(4, { run: 'r', text }),
        sample(5),
      ]);
      await erase(epoch, 'r');
      assert.deepEqual(await readAll(store), [
        sample(1),
        erased(sample(2, { run: 'r' })),
        sample(3, { run: 's', text }),
        erased(sample(4, { run: 'r' })),
        sample(5),
      ]);
      const ofRun = await store.events.read({ stream: STREAM, run: 'r', after: 2, limit: 9 });
      assert.deepEqual(ofRun, [erased(sample(4, { run: 'r' }))]);
    }),
    eraseRule(subject, 'X3: a stream with an erased run goes on', async (at) => {
      const { store, epoch, erase } = at;
      await store.events.append(epoch, samples(1, 3, { run: 'r' }));
      await erase(epoch, 'r');
      await store.events.append(epoch, samples(3, 3, { run: 'r' }));
      await refused(store.events.append(epoch, samples(3, 3, { tag: 'b' })), 'store.conflict');
      await store.events.append(epoch, samples(4, 5));
      assert.deepEqual((await readAll(store)).slice(3), samples(4, 5));
    }),
    eraseRule(
      subject,
      'X3: what is appended to an erased run is kept, and erasing again does nothing',
      async ({ store, epoch, erase }) => {
        await store.events.append(epoch, samples(1, 1, { run: 'r' }));
        await erase(epoch, 'r');
        const after: OverseerEvent = {
          ...sample(2, { run: 'r' }),
          type: 'run.erased',
          data: { by: 'host', because: 'asked for' },
        };
        await store.events.append(epoch, [after]);
        await erase(epoch, 'r');
        assert.deepEqual(await readAll(store), [erased(sample(1, { run: 'r' })), after]);
      },
    ),
  ];
}

function orderRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    eraseRule(
      subject,
      'X3: erasing a run that is not there does nothing',
      async ({ store, epoch, erase }) => {
        await store.events.append(epoch, samples(1, 2, { run: 'r' }));
        await erase(epoch, 'nobody');
        assert.deepEqual(await readAll(store), samples(1, 2, { run: 'r' }));
      },
    ),
    eraseRule(subject, 'X3: nobody erases without the lease', async ({ store, epoch, erase }) => {
      await store.events.append(epoch, samples(1, 2, { run: 'r' }));
      await refused(erase(epoch + 1, 'r'), 'store.fenced');
      await store.leases.release(STREAM, epoch);
      await refused(erase(epoch, 'r'), 'store.fenced');
      assert.deepEqual(await readAll(store), samples(1, 2, { run: 'r' }));
    }),
  ];
}

interface Erasing {
  readonly store: StateStore;
  readonly epoch: number;
  erase(epoch: number, run: string): Promise<void>;
}

function eraseRule(
  subject: StoreSubject,
  name: string,
  check: (at: Erasing) => Promise<void>,
): ConformanceRule {
  return ownedRule(subject, name, async (store, epoch) => {
    assert.equal(store.erase !== undefined, store.capabilities.erasable ?? false);
    if (store.erase === undefined) return;
    const erase = (under: number, run: string) =>
      store.erase?.(under, STREAM, run) ?? Promise.resolve();
    await check({ store, epoch, erase });
  });
}

/** What is left of an event. */
function erased({ id, stream, seq, at, type, epoch, run = '' }: OverseerEvent): OverseerEvent {
  const data = { was: type };
  return { id, stream, seq, at, type: 'event.erased', v: 1, epoch, actor: 'overseer', run, data };
}

import { describe, expect, it } from 'vitest';
import { currentHolder } from '../internal/process-identity.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { OpenStore, StateStore } from '../spec/store.ts';
import { stateStoreConformance } from '../testing/store-conformance.ts';
import { memory } from './memory-store.ts';

const openers = new WeakMap<StateStore, OpenStore>();

async function open(opener: OpenStore = memory()): Promise<StateStore> {
  const store = await opener();
  openers.set(store, opener);
  return store;
}

describe('memory', () => {
  it.each(stateStoreConformance({ open, reopen: (store) => open(openers.get(store)) }))(
    '$name',
    ({ check }) => check(),
  );

  it.each(
    stateStoreConformance({
      open: () => open(memory({ leaseMs: 200 })),
      reopen: (store) => open(openers.get(store)),
    }),
  )('with leases that run out: $name', ({ check }) => check());

  it('R5: says that it is neither durable nor shared', async () => {
    const store = await open();
    expect(store.capabilities).toEqual({ durable: false, shared: false, erasable: true });
  });

  it('R1: keeps the very events it is given', async () => {
    const store = await open();
    const answer = await store.leases.acquire('system', currentHolder('test'));
    if (answer.kind === 'busy') throw new Error('the lease of a new store is busy');
    const event: OverseerEvent = {
      id: 'e1',
      stream: 'system',
      seq: 1,
      at: 0,
      type: 'task.waiting',
      v: 1,
      epoch: answer.epoch,
      actor: 'overseer',
      data: { because: 'test' },
    };
    await store.events.append(answer.epoch, [event]);
    expect((await store.events.read({ stream: 'system', after: 0, limit: 1 }))[0]).toBe(event);
  });

  it('R5: two memories share nothing', async () => {
    const [one, two] = [await open(), await open()];
    await one.leases.acquire('system', currentHolder('one'));
    expect((await two.leases.acquire('system', currentHolder('two'))).kind).toBe('held');
  });
});

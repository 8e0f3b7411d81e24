import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { fakeModel } from './testing/fake-model.ts';

it('R1: a lease that cannot be given back keeps no store open, and is told', async () => {
  const store = await memory()();
  let isClosed = false;
  const overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model: fakeModel({ id: 'm', reply: () => ({ text: 'done' }) }) } },
    store: async () => ({
      ...store,
      leases: {
        ...store.leases,
        release: () => {
          throw new Error('the lease broke');
        },
      },
      close: async () => {
        isClosed = true;
        await store.close();
      },
    }),
  });
  await expect(overseer.close()).rejects.toThrow('the lease broke');
  expect(isClosed).toBe(true);
});

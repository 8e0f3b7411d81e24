import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { memory } from './memory-store.ts';
import { StreamLease } from './stream-lease.ts';

describe('waiting for a lease', () => {
  it('R7: a store that cannot be reached is asked again, until the signal aborts', async () => {
    const { pass, lease } = await waitingFor(['store.unreachable', 'store.read-only']);
    await pass();
    expect((await lease).epoch).toBeGreaterThan(0);
    const never = await waitingFor(Array.from({ length: 99 }, () => 'store.unreachable' as const));
    await never.pass();
    never.stop.abort(new Error('enough'));
    await expect(never.lease).rejects.toThrow('enough');
  });

  it('R7: what does not pass is thrown at once', async () => {
    const { lease } = await waitingFor(['store.key']);
    await expect(lease).rejects.toMatchObject({ code: 'store.key' });
  });
});

async function waitingFor(codes: readonly StoreError['code'][]) {
  const clock = createFakeClock();
  const store = await memory()();
  const failures = [...codes];
  const stop = new AbortController();
  const failing = {
    ...store,
    leases: {
      ...store.leases,
      acquire: async (name: string, holder: Parameters<typeof store.leases.acquire>[1]) => {
        const code = failures.shift();
        if (code !== undefined) throw new StoreError(code, 'not now');
        return await store.leases.acquire(name, holder);
      },
      release: (name: string, epoch: number) => store.leases.release(name, epoch),
    },
  };
  const wish = { store: failing, stream: 's', clock, name: 'me' };
  const wait = { pollMs: 100, signal: stop.signal, waiting: () => undefined };
  const lease = StreamLease.await(wish, wait);
  lease.catch(() => undefined);
  const pass = async (): Promise<void> => {
    for (let round = 0; round < 5; round++) {
      for (let turn = 0; turn < 20; turn++) await undefined;
      await clock.advance(100);
    }
  };
  return { pass, lease, stop };
}

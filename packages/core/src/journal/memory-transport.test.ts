import { describe, expect, it } from 'vitest';
import { currentHolder } from '../internal/process-identity.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { transportConformance } from '../testing/transport-conformance.ts';
import { memory } from './memory-store.ts';
import { memoryTransport } from './memory-transport.ts';

const rules = transportConformance({
  place: async () => {
    const clock = createFakeClock();
    // Leases go by the system's clock, so that they last while the other lets claims run out.
    const store = memory({ leaseMs: 60_000 });
    const reader = await store();
    const epochs = new Map<string, number>();
    return {
      lease: async (stream) => {
        const before = epochs.get(stream);
        if (before !== undefined) await reader.leases.release(stream, before);
        const answer = await reader.leases.acquire(stream, currentHolder('rules'));
        if (answer.kind === 'busy') throw new Error(`${answer.holder.name} has ${stream}`);
        epochs.set(stream, answer.epoch);
        return answer.epoch;
      },
      open: memoryTransport({ store, clock }),
      mail: async (stream) => (await reader.mail?.read(stream, 100)) ?? [],
      pass: async (ms) => clock.advance(ms),
      close: () => reader.close(),
    };
  },
});

describe('memoryTransport', () => {
  it.each(rules)('$name', ({ check }) => check());

  it('R12: is refused over a store that keeps no mail', async () => {
    await expect(memoryTransport({ store: memory() })()).rejects.toMatchObject({
      code: 'config.transport',
    });
  });

  it('R12: does nothing once it is closed', async () => {
    const transport = await memoryTransport({ store: memory({ leaseMs: 6_000 }) })();
    await transport.close();
    await transport.close();
    await expect(transport.claim(['a'], 1)).rejects.toMatchObject({ code: 'store.closed' });
  });
});

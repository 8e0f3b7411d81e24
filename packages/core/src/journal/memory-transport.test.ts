import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { transportConformance } from '../testing/transport-conformance.ts';
import { memory } from './memory-store.ts';
import { memoryTransport } from './memory-transport.ts';

const rules = transportConformance({
  place: async () => {
    const clock = createFakeClock();
    const store = memory({ leaseMs: 6_000 });
    const reader = await store();
    return {
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

import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { currentHolder } from './internal/process-identity.ts';
import { place } from './journal/history.fixture.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import { fakeModel } from './testing/fake-model.ts';

const STREAM = 'project/default';

/** A store whose project holds these events, as another version of Overseer wrote them. */
async function written(events: readonly OverseerEvent[]): Promise<OpenStore> {
  const open = memory();
  const store = await open();
  const lease = await store.leases.acquire(STREAM, currentHolder('another version'));
  if (lease.kind !== 'held') throw new Error('the lease of a new store is held');
  await store.events.append(
    lease.epoch,
    events.map((event) => ({ ...event, stream: STREAM, epoch: lease.epoch })),
  );
  await store.leases.release(STREAM, lease.epoch);
  return open;
}

const models = { m: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } };

describe('the journal of a newer version', () => {
  it('Q6: is refused where it holds an event that a newer one wrote', async () => {
    const run = { type: 'run.resumed', run: 'r', data: { because: 'test' } } as const;
    const store = await written([{ ...place(run, 1), v: 7 } as OverseerEvent]);
    const opened = createOverseer({ overseer: 'm', models, store });
    await expect(opened).rejects.toMatchObject({ code: 'store.newer' });
  });
});

import type { Clock } from '../internal/clock.ts';
import { createIds } from '../internal/ids.ts';
import { EVENT_VERSION } from '../journal/event-version.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { GiveUp } from './holdings.ts';
import { PROJECT } from './outlook.ts';

/**
 * Writes as the last word of a project that it leaves, where nobody can work on it here to say so. What was under way is charged at its
 * estimate by whoever has it next. Throws `StoreError`, above all `store.busy`.
 */
export async function leaveUnled(
  {
    store,
    clock,
    name,
  }: { readonly store: StateStore; readonly clock: Clock; readonly name: string },
  project: string,
  { trigger, because, to, away }: GiveUp,
): Promise<void> {
  const stream = `${PROJECT}${project}`;
  const lease = await StreamLease.take({ store, stream, clock, name });
  try {
    const whom = { ...(to === undefined ? {} : { to }), ...(away === undefined ? {} : { away }) };
    const event: OverseerEvent<'handoff.offered'> = {
      id: createIds(clock.now())(),
      stream,
      seq: (await store.events.head(stream)) + 1,
      at: clock.now(),
      type: 'handoff.offered',
      v: EVENT_VERSION['handoff.offered'],
      epoch: lease.epoch,
      actor: 'overseer',
      data: { trigger, because, ...whom, inFlight: [], untilAt: clock.now() },
    };
    await store.events.append(lease.epoch, [event]);
  } finally {
    await lease.release();
  }
}

import { OverseerError } from '../errors/overseer-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { readEvents } from '../journal/read-events.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import { withRetry } from '../limit/with-retry.ts';
import type { StateStore } from '../spec/store.ts';
import { keptStream } from './kept-replies.ts';

/** How long is waited for whoever notes something of the project, which takes moments, in ms. */
const WITHIN_MS = 10_000;

/**
 * Makes what is kept of a run beside its project's stream unreadable for good: replies that came for it after the project had left a
 * store. To be called by whoever has the project. Does nothing where there are none. Throws `StoreError`, above all `store.busy` and `store.unsealed`.
 */
export async function eraseReplies(
  store: StateStore,
  { stream: project, epoch }: Pick<Journal, 'stream' | 'epoch'>,
  run: string,
  clock: Clock,
): Promise<void> {
  const stream = keptStream(project);
  if (!(await isReadable(store, stream, run))) return;
  if (store.capabilities.leaseMs === undefined) {
    // Whoever has one stream of such a store has all of it.
    await store.erase?.(epoch, stream, run);
    return;
  }
  const isRetryable = (error: unknown): boolean =>
    OverseerError.is(error) && error.code === 'store.busy';
  const options = { clock, attempts: 50, withinMs: WITHIN_MS, maxMs: 500, isRetryable };
  const lease = await withRetry(
    () => StreamLease.take({ store, stream, clock, name: 'erasure' }),
    options,
  );
  try {
    await store.erase?.(lease.epoch, stream, run);
  } finally {
    await lease.release();
  }
}

async function isReadable(store: StateStore, stream: string, run: string): Promise<boolean> {
  for await (const page of readEvents(store, stream, run)) {
    if (page.some(({ type }) => type !== 'event.erased' && type !== 'run.erased')) return true;
  }
  return false;
}

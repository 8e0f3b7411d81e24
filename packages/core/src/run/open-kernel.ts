import { StoreError } from '../errors/store-error.ts';
import { currentHolder } from '../internal/process-identity.ts';
import { Journal } from '../journal/journal.ts';
import { readEvents } from '../journal/read-events.ts';
import { Kernel } from './kernel.ts';
import { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What one process owns at a time. */
const LEASE = 'journal';

/** A kernel with the journal it writes and the way to give both back. */
export interface OpenKernel {
  readonly kernel: Kernel;
  readonly journal: Journal;
  close(): Promise<void>;
}

/**
 * Takes the journal's lease, folds what is in it, and starts a kernel on it. Throws `StoreError` `store.busy` while
 * another process holds the lease.
 */
export async function openKernel(settings: Settings, stream: string): Promise<OpenKernel> {
  const { store, clock, ids } = settings;
  const answer = await store.leases.acquire(LEASE, currentHolder('overseer'));
  if (answer.kind === 'busy') {
    const { pid } = answer.holder;
    const since = new Date(answer.since).toISOString();
    throw new StoreError(
      'store.busy',
      `${store.name} is busy: process ${pid} has worked on it since ${since}. End that process first (kill ${pid}); it can be resumed from here afterwards.`,
    );
  }
  const projection = new Projection(settings.members);
  let head = 0;
  for await (const page of readEvents(store, stream, undefined)) {
    for (const event of page) {
      projection.apply(event);
      head = event.seq;
      if (event.type === 'run.finished' && event.run !== undefined) projection.forget(event.run);
    }
  }
  const { epoch, from } = answer;
  const journal = new Journal({
    store,
    stream,
    epoch,
    head,
    clock,
    ids,
    apply: (event) => projection.apply(event),
  });
  await journal.append([
    {
      type: 'lease.taken',
      data: {
        holder: `process ${process.pid}`,
        epoch,
        ...(from === undefined ? {} : { from: `process ${from.pid}` }),
      },
    },
  ]);
  const kernel = new Kernel(settings, projection, journal);
  return {
    kernel,
    journal,
    close: async () => {
      try {
        await kernel.close();
      } finally {
        await store.leases.release(LEASE, epoch).catch(() => undefined);
        await store.close();
      }
    },
  };
}

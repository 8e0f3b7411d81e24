import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { type SqliteOptions, sqlite } from '../sqlite.ts';

/** Events of two streams and two runs, one of them with a large string. */
export const SAMPLE: readonly OverseerEvent[] = [
  eventAt(1, { run: 'a' }),
  eventAt(2, { run: 'a', because: 'large words '.repeat(500) }),
  eventAt(3, { run: 'b' }),
  eventAt(1, { stream: 'system' }),
  eventAt(4, {}),
  eventAt(5, { run: 'b' }),
  eventAt(6, { run: 'a' }),
];

/** Writes a journal with these events, a value and a snapshot, and closes it. */
export async function writeJournal(
  path: string,
  options: SqliteOptions = {},
  events: readonly OverseerEvent[] = SAMPLE,
  erased: readonly string[] = [],
): Promise<void> {
  const store = await sqlite(path, options)();
  const lease = await store.leases.acquire('journal', currentHolder('test'));
  if (lease.kind === 'busy') throw new Error(`held by ${lease.holder.name}`);
  await store.events.append(lease.epoch, events);
  await store.blobs.put(Buffer.from('a value by itself'));
  await store.snapshots.put({ stream: 'project/x', seq: 3, foldVersion: 1, body: ['so far'] });
  for (const run of erased) await store.erase?.(lease.epoch, 'project/x', run);
  await store.close();
}

/** All events of a stream of a journal. */
export async function readJournal(
  path: string,
  options: SqliteOptions = {},
  stream = 'project/x',
): Promise<readonly OverseerEvent[]> {
  const store = await sqlite(path, options)();
  try {
    return await store.events.read({ stream, after: 0, limit: 10_000 });
  } finally {
    await store.close();
  }
}

/** One event. */
export function eventAt(
  seq: number,
  {
    stream = 'project/x',
    run,
    because = `because ${seq}`,
  }: { readonly stream?: string; readonly run?: string; readonly because?: string },
): OverseerEvent {
  return {
    id: `${stream} ${seq}`,
    stream,
    seq,
    at: 1_000 + seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    ...(run === undefined ? {} : { run }),
    data: { because },
  };
}

import type { EventQuery, OverseerEvent } from '@overseer/core/spec';
import { decodePage } from './decode-page.ts';
import { damagedEvent, toStoreError } from './store-error.ts';
import type { WriterThread } from './writer-thread.ts';

/** Reads events through the writer's thread. Throws `StoreError` `store.corrupt` naming the first that is damaged. */
export async function readEvents(
  writer: WriterThread,
  path: string,
  query: EventQuery,
): Promise<readonly OverseerEvent[]> {
  const page = await writer.ask('read', { query });
  return decodePage(page) ?? (await readSingly(writer, path, query));
}

/** Bodies come joined, so that only reading one at a time tells which of them is damaged. */
async function readSingly(
  writer: WriterThread,
  path: string,
  query: EventQuery,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  let { after } = query;
  while (events.length < query.limit) {
    const page = await writer.ask('read', { query: { ...query, after, limit: 1 } });
    if (page.last === undefined) break;
    const decoded = decodePage(page);
    if (decoded === undefined) throw toStoreError(damagedEvent(path, page.last));
    events.push(...decoded);
    after = page.last;
  }
  return events;
}

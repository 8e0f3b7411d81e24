import { currentHolder } from '@overseer/core/plugin';
import { sqlite } from '@overseer/storage/sqlite';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';
import { sayLine } from '../store-kill/say-line.ts';

/**
 * Takes over a store and appends to it until it is killed: batches of 1 to 8 events, up to 4 batches at once. Writes
 * each acknowledged `seq` to standard output at once, as a line; a first message says that it is about to append.
 */
const [path = '', driver] = process.argv.slice(2);
const store = await sqlite(path, driver === undefined ? {} : { driver: new URL(driver) })();
const lease = await store.leases.acquire('overseer', currentHolder('store-kill'));
if (lease.kind !== 'held') throw new Error('The lease of a dead holder was not given over.');
const { epoch } = lease;
let next = (await store.events.head(STREAM)) + 1;
process.send?.('began');

for (;;) {
  const batches = Array.from({ length: 1 + (next % 4) }, () => nextBatch());
  const appended = batches.map(async (batch) => {
    await store.events.append(epoch, batch);
    sayLine(String(batch.at(-1)?.seq));
  });
  await Promise.all(appended);
}

function nextBatch(): readonly ReturnType<typeof expectedEvent>[] {
  return Array.from({ length: 1 + (next % 8) }, () => expectedEvent(next++, epoch));
}

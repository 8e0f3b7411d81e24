import { currentHolder, OverseerError } from '@overseer/core/plugin';
import { sqlite } from '@overseer/storage/sqlite';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';
import { sayLine } from '../store-kill/say-line.ts';

/**
 * Appends to a store until it is refused, tries once more, and says both codes as a message; a store that cannot even
 * be opened says one. Writes each acknowledged `seq` to standard output at once, as a line.
 */
const LIMIT = 20_000;
const [path = ''] = process.argv.slice(2);
const said = await codeOf(async () => {
  const store = await sqlite(path)();
  try {
    const lease = await store.leases.acquire('overseer', currentHolder('disk'));
    if (lease.kind !== 'held') throw new Error('The lease of a dead holder was not given over.');
    let seq = await store.events.head(STREAM);
    const append = async (): Promise<void> => {
      const batch = Array.from({ length: 1 + (seq % 4) }, (_, index) =>
        expectedEvent(seq + 1 + index, lease.epoch),
      );
      await store.events.append(lease.epoch, batch);
      seq += batch.length;
      sayLine(String(seq));
    };
    const last = seq + LIMIT;
    const first = await codeOf(async () => {
      while (seq < last) await append();
    });
    const second = first === undefined ? undefined : await codeOf(append);
    process.send?.({ first, second });
  } finally {
    await store.close();
  }
});
if (said !== undefined) process.send?.({ opening: said });
process.disconnect?.();

/** The code of what it throws; what is no error of ours stops the process. */
async function codeOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (OverseerError.is(error)) return error.code;
    throw error;
  }
}

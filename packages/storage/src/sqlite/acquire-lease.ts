import { isAlive, StoreError, systemClock } from '@overseer/core/plugin';
import type { LeaseAnswer, LeaseHolder } from '@overseer/core/spec';
import type { WriterThread } from './writer-thread.ts';

/** How often others may be faster before it is given up: each time, one of them got the lease. */
const TRIES = 10;

/** Takes the file's lease unless its holder lives. */
export async function acquireLease(
  writer: WriterThread,
  name: string,
  holder: LeaseHolder,
): Promise<LeaseAnswer> {
  for (let left = TRIES; left > 0; left--) {
    const { epoch, holder: from, since } = await writer.ask('lease', {});
    if (from !== undefined && isAlive(from)) return { kind: 'busy', holder: from, since };
    const taken = await writer.ask('take', { name, holder, epoch, at: systemClock.now() });
    if (taken !== undefined) {
      return { kind: 'held', epoch: taken, ...(from === undefined ? {} : { from }) };
    }
  }
  throw new StoreError(
    'store.busy',
    `The lease ${name} changed hands ${TRIES} times while it was asked for: try again.`,
  );
}

import process from 'node:process';
import { currentHolder, OverseerError } from '@overseer/core/plugin';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';

/**
 * Holds the lease of a stream and a place of a shared limit, and says so. Once it is told to go on, it does all that a holder does
 * and says how each was answered.
 */
const [connection = '', schema = '', leaseMs = ''] = process.argv.slice(2);
const options = { connection, schema, leaseMs: Number(leaseMs) };
const store = await postgres(options)();
const lease = await store.leases.acquire(STREAM, currentHolder('zombie'));
if (lease.kind === 'busy') throw new Error('The lease was taken.');
const { epoch } = lease;
const limits = await postgresReservations(options)();
await limits.join({ id: 'zombie', name: 'zombie', terms: {} }, Date.now());
await limits.reserve(ask('first'));
let seq = 0;
let isFrozen = false;
const appending = (async () => {
  while (!isFrozen) await store.events.append(epoch, [expectedEvent(++seq, epoch)]);
})();
const renewing = setInterval(
  () => void store.leases.renew?.(STREAM, epoch).catch(() => undefined),
  options.leaseMs / 3,
);
process.send?.('began');

process.once('message', () => void goOn());

async function goOn(): Promise<void> {
  isFrozen = true;
  clearInterval(renewing);
  await appending.catch(() => undefined);
  const elsewhere = { ...expectedEvent(1, epoch), stream: 'project/other' };
  process.send?.({
    append: await answerTo(() => store.events.append(epoch, [expectedEvent(seq + 1, epoch)])),
    repeat: await answerTo(() => store.events.append(epoch, [expectedEvent(1, epoch)])),
    elsewhere: await answerTo(() => store.events.append(epoch, [elsewhere])),
    renew: await answerTo(async () => store.leases.renew?.(STREAM, epoch)),
    release: await answerTo(() => store.leases.release(STREAM, epoch)),
    settle: await answerTo(() => limits.settle('first')),
    reserve: await answerTo(() => limits.reserve(ask('second'))),
    renewMember: await answerTo(() => limits.renew('zombie', Date.now())),
  });
}

async function answerTo(work: () => Promise<unknown>): Promise<string> {
  try {
    return String(await work());
  } catch (error) {
    return OverseerError.is(error) ? error.code : String(error);
  }
}

function ask(id: string) {
  const window = { kind: 'places' } as const;
  const wants = [{ limit: 'places', window, capacity: 9, amount: 1 }];
  return { id, member: 'zombie', nowMs: Date.now(), wants };
}

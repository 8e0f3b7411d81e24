import process from 'node:process';
import { currentHolder, OverseerError } from '@overseer/core/plugin';
import type { JobClaim } from '@overseer/core/spec';
import { pgBoss } from '@overseer/storage/pg-boss';
import { postgres, postgresReservations } from '@overseer/storage/postgres';
import { JOBS } from '../fencing/rows.ts';
import { sampleHold } from '../fencing/sample-hold.ts';
import { replyBy, sampleJob } from '../fencing/sample-job.ts';
import { expectedEvent, STREAM } from '../store-kill/expected-event.ts';

/**
 * Holds the lease of a stream, calls that it sent and calls that it makes, and a place of a shared limit, and says so. Once it is
 * told to go on, it does all that a holder does and says how each was answered.
 */
const [connection = '', schema = '', leaseMs = ''] = process.argv.slice(2);
const options = { connection, schema, leaseMs: Number(leaseMs) };
const store = await postgres(options)();
const lease = await store.leases.acquire(STREAM, currentHolder('zombie'));
if (lease.kind === 'busy') throw new Error('The lease was taken.');
const { epoch } = lease;
let isFrozen = false;
const renewing = setInterval(
  () => void store.leases.renew?.(STREAM, epoch).catch(() => undefined),
  options.leaseMs / 3,
);
const limits = await postgresReservations({ connection, schema })();
await limits.join({ id: 'zombie', name: 'zombie', terms: {} }, Date.now());
await limits.reserve(sampleHold('first', 'zombie', 60));
const transport = await pgBoss({ connection, schema })();
await transport.enqueue(epoch, JOBS.map(sampleJob));
const [held, done] = [await claimOf('held'), await claimOf('done')];
const beating = setInterval(() => {
  for (const claim of [held, done]) void transport.heartbeat(claim).catch(() => undefined);
}, 3_000);
let seq = 0;
// It may be refused before anybody tells it to go on.
const appending = (async () => {
  while (!isFrozen) await store.events.append(epoch, [expectedEvent(++seq, epoch)]);
})().catch(() => undefined);
process.send?.('began');

process.once('message', () => void goOn());

async function goOn(): Promise<void> {
  isFrozen = true;
  clearInterval(renewing);
  clearInterval(beating);
  await appending;
  const elsewhere = { ...expectedEvent(1, epoch), stream: 'project/other' };
  process.send?.({
    append: await answerTo(() => store.events.append(epoch, [expectedEvent(seq + 1, epoch)])),
    repeat: await answerTo(() => store.events.append(epoch, [expectedEvent(1, epoch)])),
    elsewhere: await answerTo(() => store.events.append(epoch, [elsewhere])),
    renew: await answerTo(async () => store.leases.renew?.(STREAM, epoch)),
    release: await answerTo(() => store.leases.release(STREAM, epoch)),
    enqueue: await answerTo(() => transport.enqueue(epoch, [sampleJob('late')])),
    again: await answerTo(() => transport.enqueue(epoch, [sampleJob('waits')])),
    withdraw: await answerTo(() => transport.withdraw(epoch, STREAM, ['held', 'waits'])),
    heartbeat: await answerTo(() => transport.heartbeat(held)),
    complete: await answerTo(() => transport.settle(held, replyBy('zombie', held))),
    settle: await answerTo(() => transport.settle(done, replyBy('zombie', done))),
    // Nothing comes of it, which its successor sees.
    settleHold: await answerTo(() => limits.settle('first', { places: 0, tokens: 100 })),
    reserve: await answerTo(() => limits.reserve(sampleHold('second', 'zombie', 1))),
    renewMember: await answerTo(() => limits.renew('zombie', Date.now())),
  });
}

async function claimOf(model: string): Promise<JobClaim> {
  const [claim] = await transport.claim([model], 1);
  if (claim === undefined) throw new Error(`The call of ${model} was taken.`);
  return claim;
}

async function answerTo(work: () => Promise<unknown>): Promise<string> {
  try {
    return String(await work());
  } catch (error) {
    return OverseerError.is(error) ? error.code : String(error);
  }
}

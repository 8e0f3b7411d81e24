import { currentHolder } from '@overseer/core/plugin';
import type { OpenStore, OverseerEvent } from '@overseer/core/spec';
import type { Recorder } from '../../harness/subject.ts';

const STREAM = 'project/bench';
/** So that an event is about 512 bytes, as JSON. */
const TEXT = 'because '.repeat(42);

/** One append for each event, as the journal makes them. */
export async function storeRecorder(open: OpenStore): Promise<Recorder> {
  const store = await open();
  const lease = await store.leases.acquire('bench', currentHolder('bench'));
  if (lease.kind !== 'held') throw new Error('The lease is held by another.');
  let seq = 0;
  return {
    record: () => store.events.append(lease.epoch, [recordedEvent(++seq, lease.epoch)]),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The event that is recorded at `seq`. */
export function recordedEvent(seq: number, epoch: number): OverseerEvent {
  return {
    id: `event-${seq}`,
    stream: STREAM,
    seq,
    at: 1_700_000_000_000 + seq,
    v: 1,
    epoch,
    actor: 'overseer',
    type: 'run.suspended',
    run: `run-${seq % 64}`,
    data: { because: TEXT },
  };
}

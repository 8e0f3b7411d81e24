import type { OverseerEvent } from '@overseer/core/spec';

/** The stream that is written and read. */
export const STREAM: string = 'project/store-kill';

/** The event that belongs at `seq`: the same for whoever writes it, so that any reader knows what should be there. */
export function expectedEvent(seq: number, epoch: number): OverseerEvent {
  return {
    id: `store-kill-${seq}`,
    stream: STREAM,
    seq,
    at: 1_700_000_000_000 + seq,
    v: 1,
    epoch,
    actor: 'overseer',
    type: 'run.suspended',
    data: { because: `${seq} `.repeat(1 + (seq % 400)) },
  };
}

import type { Clock } from '../internal/clock.ts';
import type { Ids } from '../internal/ids.ts';
import { EVENT_VERSION } from '../journal/event-version.ts';
import type { Redactor } from '../journal/redactor.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { LateReply } from './late-reply.ts';

/** Events that are read at once. */
const PAGE = 1_000;

const PROJECT = 'project/';

/** What keeping a reply takes. */
export interface KeepingParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly redact: Redactor | undefined;
}

/**
 * Keeps the end of a call whose project has left the store, where whoever packs it for the receiver finds it. Throws `StoreError`,
 * above all `store.busy` while somebody else writes there.
 */
export async function keepReply(
  { store, clock, ids, redact }: KeepingParts,
  project: string,
  handoff: string,
  { run, task, attempt, call, model, step, end }: LateReply,
): Promise<void> {
  const stream = streamOf(project);
  const lease = await StreamLease.take({ store, stream, clock, name: 'late reply' });
  try {
    const seq = (await store.events.head(stream)) + 1;
    const event = {
      ...{ id: ids(), stream, seq, at: clock.now(), type: 'handoff.reply' },
      ...{ v: EVENT_VERSION['handoff.reply'], epoch: lease.epoch, actor: `model:${model}` },
      ...{ run, task, attempt, call, model, data: { handoff, step, end } },
    } as OverseerEvent;
    await store.events.append(lease.epoch, [redact === undefined ? event : redact(event)]);
  } finally {
    await lease.release();
  }
}

/**
 * The replies that came for a project after it had left a store, this one or its sender's, and that it has not heard; each call once. Throws
 * `StoreError`.
 */
export async function keptReplies(
  { events }: StateStore,
  project: string,
  isHeard: (call: string) => boolean,
): Promise<readonly LateReply[]> {
  const stream = streamOf(project);
  const replies = new Map<string, LateReply>();
  for (let after = 0; ; after += PAGE) {
    const page = await events.read({ stream, after, limit: PAGE });
    for (const event of page) {
      if (event.type !== 'handoff.reply') continue;
      const { run = '', task = '', attempt = '', call = '', model = '', data } = event;
      if (isHeard(call) || replies.has(call)) continue;
      replies.set(call, { run, task, attempt, call, model, step: data.step, end: data.end });
    }
    if (page.length < PAGE) return [...replies.values()];
  }
}

function streamOf(project: string): string {
  return `handoff/${project.slice(PROJECT.length)}`;
}

import type { Clock } from '../internal/clock.ts';
import type { Ids } from '../internal/ids.ts';
import type { EventDraft } from '../journal/draft.ts';
import { EVENT_VERSION } from '../journal/event-version.ts';
import type { Redactor } from '../journal/redactor.ts';
import type { StreamLease } from '../journal/stream-lease.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';

/** What a note is written with. */
export interface NotingParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly redact: Redactor | undefined;
}

/** Writes one event behind the last of a stream that is no project's own, under its lease. Throws `StoreError`. */
export async function noteBeside(
  { store, clock, ids, redact }: NotingParts,
  stream: string,
  { epoch }: Pick<StreamLease, 'epoch'>,
  draft: EventDraft,
): Promise<void> {
  const seq = (await store.events.head(stream)) + 1;
  const v = EVENT_VERSION[draft.type];
  const place = { id: ids(), stream, seq, at: clock.now(), v, epoch, actor: 'overseer' };
  const event = { ...place, ...draft } as OverseerEvent;
  await store.events.append(epoch, [redact === undefined ? event : redact(event)]);
}

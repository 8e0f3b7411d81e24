import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { MailStore } from '../spec/store.ts';
import { asideIdsOf } from './aside-mail.ts';
import { eraseReplies } from './erase-replies.ts';
import type { OpenKernel } from './open-kernel.ts';
import type { Settings } from './settings.ts';
import { type Order, orderedBy } from './work-scope.ts';

/**
 * Has the store forget for good what a run said, late replies that are kept beside its project included, and records who wanted it. What the budgets must know of the run is kept
 * before: in the index of the journal, and in `run.erased`. Messages of it that were set aside go too, from `mail`. Throws as `Overseer.erase` says.
 */
export async function eraseRun(
  settings: Settings,
  open: OpenKernel,
  run: string,
  order: Order & { readonly actor?: string },
  mail: MailStore | undefined = settings.store.mail,
): Promise<void> {
  const { journal, kernel, projection } = open;
  const { clock } = settings;
  const { store } = settings;
  if (kernel.unfinished.some(({ id }) => id === run)) throw unfinished(run);
  if (store.erase === undefined) throw unsealedStore(store.name);
  const found = await lookAt(readEvents(store, journal.stream, run));
  if (found.first === undefined) {
    throw new OverseerError('run.unknown', `There is no run ${run} in ${store.name}.`);
  }
  await eraseReplies(store, journal, run, clock);
  if (found.isRecorded) return;
  const aside = await asideIdsOf(store, journal.stream, run, mail);
  await open.noteIndex();
  await store.erase(journal.epoch, journal.stream, run);
  if (aside.length > 0) await mail?.remove(journal.stream, aside);
  projection.answers?.forget(found.keys);
  const { because = 'by order' } = order;
  const by = order.actor ?? orderedBy(order);
  const { user, tenant } = found.first.type === 'run.started' ? found.first.data : NOBODY;
  const data = { by, because, spent: projection.budgets.spentForGood({ user, tenant }) };
  await journal.append([{ type: 'run.erased', run, actor: by, data }]);
}

const NOBODY = { user: undefined, tenant: undefined };

/** What of a run's events matters here. */
interface Found {
  first: OverseerEvent | undefined;
  /** Its erasure is on record; one that is not was cut off in the middle. */
  isRecorded: boolean;
  /** Under which answers of it may be kept. */
  readonly keys: Set<string>;
}

async function lookAt(pages: AsyncIterable<readonly OverseerEvent[]>): Promise<Found> {
  const found: Found = { first: undefined, isRecorded: false, keys: new Set() };
  for await (const page of pages) {
    for (const event of page) {
      found.first ??= event;
      if (event.type === 'run.erased') found.isRecorded = true;
      if (event.type === 'call.started' && event.data.key !== undefined) {
        found.keys.add(event.data.key);
      }
    }
  }
  return found;
}

function unfinished(run: string): OverseerError {
  return new OverseerError(
    'run.unfinished',
    `Run ${run} is not finished: cancel it and wait for its end, then erase it.`,
  );
}

/** That a store keeps nothing in a way in which it could be forgotten. */
export function unsealedStore(name: string): StoreError {
  return new StoreError(
    'store.unsealed',
    `${name} cannot erase a run: what it keeps is not sealed. Open it with keys, such as sqlite(path, { encryption: { keys } }).`,
  );
}

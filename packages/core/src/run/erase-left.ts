import { OverseerError } from '../errors/overseer-error.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { createIds } from '../internal/ids.ts';
import { type LeftFor, leftFor } from '../journal/left-for.ts';
import { readEvents } from '../journal/read-events.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { StateStore } from '../spec/store.ts';
import { asideIdsOf } from './aside-mail.ts';
import { unsealedStore } from './erase-run.ts';
import { keptStream } from './kept-replies.ts';
import { noteBeside } from './note-beside.ts';
import { runsOf } from './personal-data.ts';
import { type Order, orderedBy } from './work-scope.ts';

/** Whose words are to go: those of one run, or of all runs of a person and the runs below them. */
export type ErasedFrom = { readonly run: string } | { readonly user: string };

/**
 * Makes unreadable for good what a store still has of a project that left it for another: of runs which go on there too, as it is no
 * more than a copy. Who wanted it is noted beside the project's stream, whose last word stays as it is. Gives the runs that were
 * erased; `undefined` for a project that is here, of which `Overseer.erase` does that. Throws `OverseerError` `project.away` while there is no
 * receipt, for then the project may come back, and `run.unknown`; `StoreError` `store.unsealed`, `store.busy`.
 */
export async function eraseLeft(
  store: StateStore,
  project: string,
  from: ErasedFrom,
  order: Order = {},
  clock: Clock = systemClock,
): Promise<readonly string[] | undefined> {
  const stream = `project/${project}`;
  const left = await leftFor(store, stream);
  if (left === undefined) return undefined;
  if (store.erase === undefined) throw unsealedStore(store.name);
  if (!(await isClosed(store, stream, left))) throw mayComeBack(store, stream);
  const runs = 'run' in from ? [from.run] : (await runsOf(store, stream, from.user)).runs;
  const erased: string[] = [];
  for (const run of runs) if (await eraseCopy(store, stream, run, order, clock)) erased.push(run);
  return erased;
}

/** Whether there was anything to erase. */
async function eraseCopy(
  store: StateStore,
  stream: string,
  run: string,
  order: Order,
  clock: Clock,
): Promise<boolean> {
  const notes = keptStream(stream);
  const found = [await standingOf(store, stream, run), await standingOf(store, notes, run)];
  if (found.every(({ events }) => events === 0)) {
    throw new OverseerError('run.unknown', `There is no run ${run} in ${stream} of ${store.name}.`);
  }
  const isReadable = found.some((one) => one.isReadable);
  if (!isReadable && found.some((one) => one.isRecorded)) return false;
  const aside = await asideIdsOf(store, stream, run);
  for (const each of [notes, stream]) {
    await underLease(store, each, clock, async ({ epoch }) => {
      await store.erase?.(epoch, each, run);
    });
  }
  if (aside.length > 0) await store.mail?.remove(stream, aside);
  const parts = { store, clock, ids: createIds(clock.now()), redact: undefined };
  await underLease(store, notes, clock, async (lease) => {
    const { because = 'by order' } = order;
    const by = orderedBy(order);
    await noteBeside(parts, notes, lease, {
      type: 'run.erased',
      run,
      actor: by,
      data: { by, because },
    });
  });
  return true;
}

interface Standing {
  events: number;
  isReadable: boolean;
  isRecorded: boolean;
}

async function standingOf(store: StateStore, stream: string, run: string): Promise<Standing> {
  const standing: Standing = { events: 0, isReadable: false, isRecorded: false };
  for await (const page of readEvents(store, stream, run)) {
    for (const { type } of page) {
      standing.events++;
      if (type === 'run.erased') standing.isRecorded = true;
      else if (type !== 'event.erased') standing.isReadable = true;
    }
  }
  return standing;
}

async function isClosed(store: StateStore, stream: string, { away }: LeftFor): Promise<boolean> {
  for await (const page of readEvents(store, keptStream(stream), undefined)) {
    const isIn = page.some(
      (note) => note.type === 'handoff.closed' && note.data.handoff === away.handoff,
    );
    if (isIn) return true;
  }
  return false;
}

async function underLease(
  store: StateStore,
  stream: string,
  clock: Clock,
  work: (lease: StreamLease) => Promise<void>,
): Promise<void> {
  const lease = await StreamLease.take({ store, stream, clock, name: 'erasure' });
  try {
    await work(lease);
  } finally {
    await lease.release();
  }
}

function mayComeBack({ name }: StateStore, stream: string): OverseerError {
  return new OverseerError(
    'project.away',
    `${stream} of ${name} is on its way to another store, and may come back: nothing of it was erased. Close the handoff by its receipt, or recall it, then erase again.`,
  );
}

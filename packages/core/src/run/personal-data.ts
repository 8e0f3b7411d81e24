import { OverseerError } from '../errors/overseer-error.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { MailStore, StateStore } from '../spec/store.ts';
import { asideMailOf, type PersonalMail } from './aside-mail.ts';
import { eraseRun } from './erase-run.ts';
import { keptStream } from './kept-replies.ts';
import type { OpenKernel } from './open-kernel.ts';
import type { Settings } from './settings.ts';
import type { Order } from './work-scope.ts';

/** What became of a person's runs. */
export interface ErasedPerson {
  readonly user: string;
  /** Runs that were erased now, in the order in which they began. */
  readonly erased: readonly string[];
  /** Runs of that person that were erased before. */
  readonly before: readonly string[];
}

/**
 * Every event of a person's runs, those below them included, in the order of the journal; then the late replies that are kept of them
 * beside it, and replies to their calls that nobody could act on: what is stored of that person. Reads the journal twice, and holds the
 * ids of these runs. What was erased is told of as such.
 */
export async function* personalData(
  store: StateStore,
  stream: string,
  user: string,
): AsyncGenerator<OverseerEvent | PersonalMail> {
  const { runs } = await runsOf(store, stream, user);
  for (const each of [stream, keptStream(stream)]) {
    for await (const page of readEvents(store, each, undefined)) {
      for (const event of page) if (event.run !== undefined && runs.has(event.run)) yield event;
    }
  }
  yield* asideMailOf(store, stream, runs);
}

/**
 * Erases all runs of a person, one after another, as `eraseRun` does; looks first whether each is finished. One that was cut off
 * is done again without harm.
 */
export async function erasePerson(
  settings: Settings,
  open: OpenKernel,
  user: string,
  order: Order,
  mail: MailStore | undefined = settings.store.mail,
): Promise<ErasedPerson> {
  const { journal, kernel } = open;
  // A run that has just begun must be seen.
  await kernel.settled();
  const { runs, erased: before } = await runsOf(settings.store, journal.stream, user);
  const going = kernel.unfinished.map(({ id }) => id).filter((id) => runs.has(id));
  if (going.length > 0) {
    throw new OverseerError(
      'run.unfinished',
      `Nothing of ${user} was erased: ${going.join(', ')} ${going.length === 1 ? 'is' : 'are'} not finished. Cancel them and wait for their end, then erase again.`,
    );
  }
  const erased: string[] = [];
  for (const run of runs) {
    if (before.has(run)) continue;
    await eraseRun(settings, open, run, order, mail);
    erased.push(run);
  }
  return { user, erased, before: [...before] };
}

/** The runs of a person and those below them; of an erased one the person stands in what records that. */
export async function runsOf(
  store: StateStore,
  stream: string,
  user: string,
): Promise<{ readonly runs: ReadonlySet<string>; readonly erased: ReadonlySet<string> }> {
  const runs = new Set<string>();
  const erased = new Set<string>();
  for await (const page of readEvents(store, stream, undefined)) {
    for (const event of page) {
      const { run } = event;
      if (run === undefined) continue;
      if (event.type === 'run.started') {
        const { user: payer, parent } = event.data;
        if (payer === user || (parent !== undefined && runs.has(parent.run))) runs.add(run);
      }
      if (event.type === 'run.erased' && Object.hasOwn(event.data.spent ?? {}, `user:${user}`)) {
        runs.add(run);
        erased.add(run);
      }
    }
  }
  return { runs, erased };
}

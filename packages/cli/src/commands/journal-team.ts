import { ModelFold, type RecordedModel } from '@overseer/core';
import { hasJournal } from '../setup/open-journal.ts';
import { findProject } from '../setup/project.ts';
import { chosenStreams, DEFAULT_STREAM } from '../setup/projects-in.ts';
import { journalEvents, openJournal, type PlaceFlags } from './read-journal.ts';

/** The models of a team, as the journal of their project tells of them. */
export interface JournalTeam extends AsyncDisposable {
  /** How they stand by all that was written until now. */
  read(): Promise<readonly RecordedModel[]>;
}

/** Opens the journal around here, or the one that flags name; `undefined` where there is none and none was named. */
export async function openTeam(flags: PlaceFlags): Promise<JournalTeam | undefined> {
  const { repo: repository, journal } = flags;
  const project = findProject({ repository, journal, folder: process.cwd() });
  if (journal === undefined && !hasJournal(project)) return undefined;
  const store = await openJournal(flags);
  const [stream = DEFAULT_STREAM] = await chosenStreams(store, {});
  const fold = new ModelFold();
  let last = 0;
  return {
    read: async () => {
      for await (const event of journalEvents(store, stream, undefined, last)) {
        fold.take(event);
        last = event.seq;
      }
      return fold.list();
    },
    [Symbol.asyncDispose]: async () => await store.close(),
  };
}

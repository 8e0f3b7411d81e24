import { shownEvent, upcastEvents } from '@overseer/core';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { readingStoreOf, requireJournal } from '../setup/open-journal.ts';
import { findProject } from '../setup/project.ts';

const PAGE = 1_000;

/** Where a journal is. */
export interface PlaceFlags {
  readonly repo?: string;
  readonly journal?: string;
}

/** Opens the journal that flags name, for reading alone: no lease is taken, so it works beside a run. */
export async function openJournal(flags: PlaceFlags): Promise<StateStore> {
  const project = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  requireJournal(project);
  return await readingStoreOf(project)();
}

/** Every event of a project, or of one run of it, after `seq` `after`, with `[sealed]` for what is sensitive. */
export async function* journalEvents(
  store: StateStore,
  stream: string,
  run: string | undefined,
  after = 0,
): AsyncGenerator<OverseerEvent> {
  let last = after;
  while (true) {
    const page = await store.events.read({
      stream,
      after: last,
      limit: PAGE,
      ...(run === undefined ? {} : { run }),
    });
    for (const event of upcastEvents(page)) {
      yield shownEvent(event);
      last = event.seq;
    }
    if (page.length < PAGE) return;
  }
}

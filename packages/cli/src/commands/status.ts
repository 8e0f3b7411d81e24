import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { processOutput } from '../view/presenter.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';
import { runSummary, runTable, taskTable } from '../view/status-tables.ts';
import { harmless } from '../view/words.ts';
import { journalEvents, openJournal, type PlaceFlags } from './read-journal.ts';

/** What `overseer status` is told. */
export interface StatusFlags extends PlaceFlags {
  readonly json?: boolean;
}

/** `overseer status`: every run of a journal, or one run task by task. Returns the exit code. */
export async function statusCommand(id: string | undefined, flags: StatusFlags): Promise<number> {
  const store = await openJournal(flags);
  try {
    const views = await viewsOf(store, id);
    const lines = flags.json === true ? views.map(jsonLine) : tableLines(views, id);
    processOutput().write(lines.map((line) => `${line}\n`).join(''));
    return EXIT.done;
  } finally {
    await store.close();
  }
}

/** The runs of a journal in the order of their starts. Throws `run.unknown` where there is none of that id. */
async function viewsOf(store: StateStore, id: string | undefined): Promise<readonly RunView[]> {
  const views = new Map<string, RunView>();
  for await (const event of journalEvents(store, id)) {
    if (event.run === undefined) continue;
    const view = views.get(event.run) ?? emptyView();
    views.set(event.run, view);
    foldView(view, event);
  }
  if (id !== undefined && views.size === 0) {
    throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
  }
  return [...views.values()];
}

function jsonLine(view: RunView): string {
  return JSON.stringify(runSummary(view));
}

function tableLines(views: readonly RunView[], id: string | undefined): readonly string[] {
  const [first] = views;
  if (first === undefined) return ['No run yet.'];
  return (id === undefined ? runTable(views) : taskTable(first)).map(harmless);
}

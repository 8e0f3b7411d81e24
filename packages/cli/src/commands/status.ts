import { createFailureLedger, type FailureReport } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { failureLines } from '../view/failure-lines.ts';
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
    const { views, failures } = await viewsOf(store, id);
    const lines =
      flags.json === true
        ? views.map((view) => jsonLine(view, failures))
        : tableLines(views, failures);
    processOutput().write(lines.map((line) => `${line}\n`).join(''));
    return EXIT.done;
  } finally {
    await store.close();
  }
}

interface Found {
  readonly views: readonly RunView[];
  /** What failed, where one run was asked for. */
  readonly failures: FailureReport | undefined;
}

/** The runs of a journal in the order of their starts. Throws `run.unknown` where there is none of that id. */
async function viewsOf(store: StateStore, id: string | undefined): Promise<Found> {
  const views = new Map<string, RunView>();
  const ledger = id === undefined ? undefined : createFailureLedger();
  for await (const event of journalEvents(store, id)) {
    if (event.run === undefined) continue;
    const view = views.get(event.run) ?? emptyView();
    views.set(event.run, view);
    foldView(view, event);
    ledger?.take(event);
  }
  if (id !== undefined && views.size === 0) {
    throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
  }
  return { views: [...views.values()], failures: ledger?.report() };
}

function jsonLine(view: RunView, failures: FailureReport | undefined): string {
  return JSON.stringify({ ...runSummary(view), ...(failures === undefined ? {} : { failures }) });
}

function tableLines(
  views: readonly RunView[],
  failures: FailureReport | undefined,
): readonly string[] {
  const [first] = views;
  if (first === undefined) return ['No run yet.'];
  if (failures === undefined) return runTable(views).map(harmless);
  const failed = failureLines(failures);
  return [...taskTable(first).map(harmless), ...(failed.length === 0 ? [] : ['', ...failed])];
}

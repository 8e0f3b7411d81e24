import { type Progress, ProgressFold, progressOf } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { processOutput } from '../view/presenter.ts';
import { bottleneckLines, progressLines } from '../view/progress-lines.ts';
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
    const { views, progress } = await readStatus(store, id);
    const lines =
      flags.json === true
        ? views.map((view) => jsonLine(view, progress))
        : tableLines(views, progress, id);
    processOutput().write(lines.map((line) => `${line}\n`).join(''));
    return EXIT.done;
  } finally {
    await store.close();
  }
}

/** The runs of a journal in the order of their starts. */
interface Status {
  readonly views: readonly RunView[];
  readonly progress: Progress;
}

/** Throws `run.unknown` where there is no run of that id. */
async function readStatus(store: StateStore, id: string | undefined): Promise<Status> {
  const views = new Map<string, RunView>();
  const fold = new ProgressFold();
  for await (const event of journalEvents(store, id)) {
    fold.take(event);
    if (event.run === undefined) continue;
    const view = views.get(event.run) ?? emptyView();
    views.set(event.run, view);
    foldView(view, event);
  }
  if (id !== undefined && views.size === 0) {
    throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
  }
  return { views: [...views.values()], progress: progressOf(fold, { nowMs: Date.now() }) };
}

function jsonLine(view: RunView, { runs }: Progress): string {
  return JSON.stringify({
    ...runSummary(view),
    progress: runs.find(({ run }) => run === view.run),
  });
}

function tableLines(
  views: readonly RunView[],
  progress: Progress,
  id: string | undefined,
): readonly string[] {
  const [first] = views;
  if (first === undefined) return ['No run yet.'];
  if (id === undefined)
    return [...runTable(views), ...afterBlank(bottleneckLines(progress.bottlenecks))].map(harmless);
  const [run] = progress.runs;
  const far = run === undefined ? [] : progressLines(run, progress);
  return [...taskTable(first), ...afterBlank(far)].map(harmless);
}

function afterBlank(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

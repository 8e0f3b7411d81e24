import {
  createFailureLedger,
  type FailureReport,
  type Progress,
  ProgressFold,
  progressOf,
} from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { chosenStreams, projectIn } from '../setup/projects-in.ts';
import { failureLines } from '../view/failure-lines.ts';
import { processOutput } from '../view/presenter.ts';
import { bottleneckLines, progressLines } from '../view/progress-lines.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';
import { runSummary, runTable, taskTable } from '../view/status-tables.ts';
import { oneLine } from '../view/words.ts';
import { journalEvents, openJournal, type PlaceFlags } from './read-journal.ts';

/** What `overseer status` is told. */
export interface StatusFlags extends PlaceFlags {
  /** The id of one project. */
  readonly project?: string;
  readonly json?: boolean;
}

/** `overseer status`: every run of a journal, or one run task by task. Returns the exit code. */
export async function statusCommand(id: string | undefined, flags: StatusFlags): Promise<number> {
  const store = await openJournal(flags);
  try {
    const streams = await chosenStreams(store, { project: flags.project, run: id });
    const all: Status[] = [];
    for (const stream of streams) all.push(await readStatus(store, stream, id));
    const found = all.filter(({ views }) => views.length > 0);
    if (id !== undefined && found.length === 0) {
      throw new OverseerError('run.unknown', `There is no run ${id} in ${store.name}.`);
    }
    const lines =
      flags.json === true
        ? found.flatMap((status) => status.views.map((view) => jsonLine(view, status)))
        : allLines(found, id);
    processOutput().write(lines.map((line) => `${line}\n`).join(''));
    return EXIT.done;
  } finally {
    await store.close();
  }
}

/** The runs of a project in the order of their starts. */
interface Status {
  readonly project: string;
  readonly views: readonly RunView[];
  /** Of all runs, or of the one that was asked for. */
  readonly fold: ProgressFold;
  /** What failed, where one run was asked for. */
  readonly failures: FailureReport | undefined;
}

async function readStatus(
  store: StateStore,
  stream: string,
  id: string | undefined,
): Promise<Status> {
  const views = new Map<string, RunView>();
  const fold = new ProgressFold();
  const ledger = id === undefined ? undefined : createFailureLedger();
  // What holds one run up may be told by no event of its own.
  for await (const event of journalEvents(store, stream, undefined)) {
    fold.take(event);
    if (event.run === undefined || (id !== undefined && event.run !== id)) continue;
    const view = views.get(event.run) ?? emptyView();
    views.set(event.run, view);
    foldView(view, event);
    ledger?.take(event);
  }
  const isKept = id === undefined || progressIn(fold, id).runs.length > 0;
  return {
    project: projectIn(stream),
    views: [...views.values()],
    fold: isKept ? fold : await foldOfOld(store, stream, id),
    failures: ledger?.report(),
  };
}

/** Of runs that are over a fold keeps the latest alone. */
async function foldOfOld(store: StateStore, stream: string, id: string): Promise<ProgressFold> {
  const fold = new ProgressFold();
  for await (const event of journalEvents(store, stream, id)) fold.take(event);
  return fold;
}

function progressIn(fold: ProgressFold, run: string | undefined): Progress {
  return progressOf(fold, { nowMs: Date.now() }, run === undefined ? {} : { run });
}

function jsonLine(view: RunView, { project, fold, failures }: Status): string {
  const { runs, bottlenecks } = progressIn(fold, view.run);
  const [run] = runs;
  return JSON.stringify({
    ...runSummary(view),
    project,
    progress: run === undefined ? undefined : { ...run, bottlenecks },
    ...(failures === undefined ? {} : { failures }),
  });
}

function allLines(all: readonly Status[], id: string | undefined): readonly string[] {
  const [only] = all;
  if (only === undefined) return ['No run yet.'];
  if (all.length === 1) return tableLines(only, id);
  return all.flatMap((status, at) => [
    ...(at === 0 ? [] : ['']),
    oneLine(`Project ${status.project}`),
    ...tableLines(status, id),
  ]);
}

function tableLines({ views, fold, failures }: Status, id: string | undefined): readonly string[] {
  const [first] = views;
  if (first === undefined) return [];
  const progress = progressIn(fold, id);
  if (id === undefined) {
    return [...runTable(views), ...afterBlank(bottleneckLines(progress.bottlenecks))].map(oneLine);
  }
  const [run] = progress.runs;
  const far = run === undefined ? [] : progressLines(run, progress);
  const failed = failures === undefined ? [] : failureLines(failures);
  return [...[...taskTable(first), ...afterBlank(far)].map(oneLine), ...afterBlank(failed)];
}

function afterBlank(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

import { EXIT } from '../exit-code.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';
import { table } from '../view/table.ts';
import { count, cut, dollars, harmless, span } from '../view/words.ts';
import { journalEvents, openJournal } from './read-journal.ts';

/** What `overseer status` is told. */
export interface StatusFlags {
  readonly repo?: string;
  readonly journal?: string;
  readonly json?: boolean;
}

/** `overseer status`: every run of a journal, or one run task by task. Returns the exit code. */
export async function statusCommand(id: string | undefined, flags: StatusFlags): Promise<number> {
  const store = await openJournal(flags);
  try {
    const views = new Map<string, RunView>();
    for await (const event of journalEvents(store, id)) {
      if (event.run === undefined) continue;
      const view = views.get(event.run) ?? emptyView();
      views.set(event.run, view);
      foldView(view, event);
    }
    const runs = [...views.values()];
    if (flags.json === true) {
      for (const view of runs) process.stdout.write(`${JSON.stringify(summary(view))}\n`);
    } else if (runs.length === 0) {
      process.stdout.write(
        id === undefined ? 'No run yet.\n' : `There is no run ${id} in ${store.name}.\n`,
      );
    } else {
      const lines = id === undefined ? runTable(runs) : taskTable(runs[0] ?? emptyView());
      process.stdout.write(`${lines.map(harmless).join('\n')}\n`);
    }
    return id !== undefined && runs.length === 0 ? EXIT.usage : EXIT.done;
  } finally {
    await store.close();
  }
}

function doneOf(view: RunView): number {
  return [...view.tasks.values()].filter(({ status }) => status === 'done').length;
}

function summary(view: RunView): unknown {
  return {
    run: view.run,
    title: view.title,
    status: view.status,
    because: view.because,
    tasks: [...view.tasks.values()].map(({ story: _, ...task }) => task),
    calls: view.calls,
    failedCalls: view.failedCalls,
    uncertainCalls: view.uncertainCalls,
    inputTokens: view.inputTokens,
    outputTokens: view.outputTokens,
    usd: view.microUsd / 1_000_000,
  };
}

function runTable(runs: readonly RunView[]): readonly string[] {
  return table(
    [
      { head: 'run' },
      { head: 'title' },
      { head: 'status' },
      { head: 'verified', align: 'right' },
      { head: 'calls', align: 'right' },
      { head: 'tokens', align: 'right' },
      { head: 'cost', align: 'right' },
    ],
    runs.map((view) => [
      view.run ?? '',
      cut(view.title, 40),
      view.status,
      `${doneOf(view)}/${view.tasks.size}`,
      String(view.calls),
      count(view.inputTokens + view.outputTokens),
      dollars(view.microUsd),
    ]),
  );
}

function taskTable(view: RunView): readonly string[] {
  return [
    `${view.title}: ${view.status}${view.because === undefined ? '' : ` (${view.because})`}`,
    '',
    ...table(
      [
        { head: 'task' },
        { head: 'status' },
        { head: 'model' },
        { head: 'attempts', align: 'right' },
        { head: 'verdict' },
        { head: 'time', align: 'right' },
      ],
      [...view.tasks.values()].map((task) => [
        cut(task.title, 44),
        task.status,
        task.model ?? '-',
        String(task.attempts),
        task.verdict,
        task.startedAt === undefined || task.endedAt === undefined
          ? '-'
          : span(task.endedAt - task.startedAt),
      ]),
    ),
  ];
}

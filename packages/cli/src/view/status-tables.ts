import type { RunView, TaskView } from './run-view.ts';
import { table } from './table.ts';
import { cut } from './width.ts';
import { count, dollars, span, withoutPlace } from './words.ts';

/** Every run in a line. */
export function runTable(runs: readonly RunView[]): readonly string[] {
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

/** One run task by task. */
export function taskTable(view: RunView): readonly string[] {
  const because = view.because === undefined ? '' : ` (${withoutPlace(view.because)})`;
  return [
    `${view.title}: ${view.status}${because}`,
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
        timeOf(task),
      ]),
    ),
  ];
}

/** One run as a program reads it; money is in US dollars. */
export function runSummary(view: RunView): Readonly<Record<string, unknown>> {
  return {
    run: view.run,
    title: view.title,
    status: view.status,
    because: view.because,
    startedAt: view.startedAt,
    endedAt: view.endedAt,
    tasks: [...view.tasks.values()].map(({ story: _, ...task }) => task),
    calls: view.calls,
    failedCalls: view.failedCalls,
    uncertainCalls: view.uncertainCalls,
    cachedCalls: view.cachedCalls,
    inputTokens: view.inputTokens,
    outputTokens: view.outputTokens,
    usd: view.microUsd / 1_000_000,
  };
}

/** How long a task took, from its first attempt to its end; `-` while it has not ended. */
export function timeOf({ startedAt, endedAt }: TaskView): string {
  return startedAt === undefined || endedAt === undefined ? '-' : span(endedAt - startedAt);
}

function doneOf(view: RunView): number {
  return [...view.tasks.values()].filter(({ status }) => status === 'done').length;
}

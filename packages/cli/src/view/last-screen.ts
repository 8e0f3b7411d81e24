import { styleText } from 'node:util';
import type { RunView, TaskView } from './run-view.ts';
import { timeOf } from './status-tables.ts';
import { table } from './table.ts';
import { clip, cut, widthOf } from './width.ts';
import { count, dollars, oneLine, plural, withoutPlace } from './words.ts';

/** What the last screen says beside the run itself. */
export interface LastScreenInput {
  readonly view: RunView;
  /** Where the journal is. */
  readonly journal: string;
  /** Newest first, as `git log` says it. */
  readonly commits: readonly string[];
  /** Lines that the caller adds, such as how to do the same with one's own key. */
  readonly notes: readonly string[];
  /** The width of the terminal; `undefined` where lines may be as long as they are. */
  readonly columns: number | undefined;
}

/** Everything worth knowing when a run is over, as lines. What a person may want to copy is never cut. */
export function lastScreen(input: LastScreenInput): readonly string[] {
  const { view, journal, commits, notes } = input;
  const columns = input.columns ?? Number.POSITIVE_INFINITY;
  const tasks = [...view.tasks.values()];
  const shown = [
    '',
    ...taskTable(tasks, columns),
    '',
    ...stories(tasks),
    ...section('Commits, newest first', commits),
  ];
  return [
    ...shown.map((line) => clip(oneLine(line), columns)),
    oneLine(totals(view)),
    verdict(view),
    oneLine(`Journal: ${journal}`),
    ...notes.map(oneLine),
  ];
}

const TITLE = 44;
const SHORTEST_TITLE = 12;

/** Titles give way where the terminal is narrow. */
function taskTable(tasks: readonly TaskView[], columns: number): readonly string[] {
  const full = tableWithTitles(tasks, TITLE);
  const over = widthOf(full[1] ?? '') - columns;
  return over <= 0 ? full : tableWithTitles(tasks, Math.max(SHORTEST_TITLE, TITLE - over));
}

function tableWithTitles(tasks: readonly TaskView[], title: number): readonly string[] {
  return table(
    [
      { head: 'task' },
      { head: 'model' },
      { head: 'attempts', align: 'right' },
      { head: 'verdict' },
      { head: 'tokens', align: 'right' },
      { head: 'cost', align: 'right' },
      { head: 'time', align: 'right' },
    ],
    tasks.map((task) => [
      cut(task.title, title),
      task.model ?? '-',
      String(task.attempts),
      task.status === 'done' ? `verified: ${task.verdict || 'answer ✓'}` : task.status,
      count(task.inputTokens + task.outputTokens),
      dollars(task.microUsd),
      timeOf(task),
    ]),
  );
}

function stories(tasks: readonly TaskView[]): readonly string[] {
  const repaired = tasks.filter(({ story }) => story.length > 0);
  return section(
    'What did not go straight',
    repaired.flatMap((task) => [
      `${task.key} (${task.status}):`,
      ...counted(task.story).map((line) => `  - ${cut(line, 160)}`),
    ]),
  );
}

/** What was said several times in a row is said once. */
function counted(lines: readonly string[]): readonly string[] {
  const runs: { readonly line: string; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.times += 1;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function totals(view: RunView): string {
  const uncertain =
    view.uncertainCalls === 0
      ? ''
      : ` (${view.uncertainCalls} uncertain, charged at their estimate)`;
  const cached = view.cachedCalls === 0 ? '' : `, ${view.cachedCalls} answered from before`;
  const nothing = view.unpriced ? 'dollars not known' : 'nothing charged';
  const more = view.unpriced ? ' and more' : '';
  const cost = view.microUsd === 0 ? nothing : `${dollars(view.microUsd)}${more}`;
  return `Totals: ${plural(view.calls, 'call')} finished, ${view.failedCalls} failed${uncertain}${cached}; ${count(view.inputTokens)} tokens in, ${count(view.outputTokens)} out; ${cost}`;
}

function verdict(view: RunView): string {
  const done = [...view.tasks.values()].filter(({ status }) => status === 'done').length;
  const because = view.because === undefined ? '' : `; ${withoutPlace(view.because)}`;
  const text = `Run ${view.run} ${view.status}: ${done} of ${plural(view.tasks.size, 'task')} verified${because}`;
  return styleText(COLOUR_OF[view.status], oneLine(text));
}

const COLOUR_OF: Readonly<Record<RunView['status'], 'green' | 'yellow' | 'red'>> = {
  running: 'yellow',
  suspended: 'yellow',
  completed: 'green',
  stopped: 'red',
  failed: 'red',
  erased: 'red',
};

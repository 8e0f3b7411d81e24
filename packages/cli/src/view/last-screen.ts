import { styleText } from 'node:util';
import type { RunView, TaskView } from './run-view.ts';
import { table } from './table.ts';
import { count, cut, dollars, harmless, span } from './words.ts';

/** What the last screen says beside the run itself. */
export interface LastScreenInput {
  readonly view: RunView;
  /** Where the journal is. */
  readonly journal: string;
  /** Newest first, as `git log` says it. */
  readonly commits: readonly string[];
  /** Lines that the caller adds, such as how to do the same with one's own key. */
  readonly notes: readonly string[];
}

/** Everything worth knowing when a run is over, as lines. */
export function lastScreen({ view, journal, commits, notes }: LastScreenInput): readonly string[] {
  const tasks = [...view.tasks.values()];
  return [
    '',
    ...taskTable(tasks),
    '',
    ...stories(tasks),
    ...section('Commits, newest first', commits),
    totals(view),
    verdict(view),
    `Journal: ${journal}`,
    ...notes,
  ].map(harmlessLine);
}

function taskTable(tasks: readonly TaskView[]): readonly string[] {
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
      cut(task.title, 44),
      task.model ?? '-',
      String(task.attempts),
      task.status === 'done' ? `verified: ${task.verdict || 'answer ✓'}` : task.status,
      count(task.inputTokens + task.outputTokens),
      dollars(task.microUsd),
      task.startedAt === undefined || task.endedAt === undefined
        ? '-'
        : span(task.endedAt - task.startedAt),
    ]),
  );
}

function stories(tasks: readonly TaskView[]): readonly string[] {
  const repaired = tasks.filter(({ story }) => story.length > 0);
  return section(
    'What did not go straight',
    repaired.flatMap((task) => [
      `${task.key} (${task.status}):`,
      ...task.story.map((line) => `  - ${cut(line, 160)}`),
    ]),
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function totals(view: RunView): string {
  const uncertain =
    view.uncertainCalls === 0
      ? ''
      : ` (${view.uncertainCalls} uncertain, charged at their estimate)`;
  return `Totals: ${view.calls} calls finished, ${view.failedCalls} failed${uncertain}; ${count(view.inputTokens)} tokens in, ${count(view.outputTokens)} out; ${dollars(view.microUsd)}`;
}

function verdict(view: RunView): string {
  const done = [...view.tasks.values()].filter(({ status }) => status === 'done').length;
  const text = `Run ${view.run} ${view.status}: ${done} of ${view.tasks.size} tasks verified${view.because === undefined ? '' : `; ${view.because}`}`;
  return view.status === 'completed' ? styleText('green', text) : styleText('red', text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one.
const COLOUR = /(\u001b\[\d+m)/;

/** Control characters go, but for the colours that this file itself put there. */
function harmlessLine(line: string): string {
  return line
    .split(COLOUR)
    .map((piece, at) => (at % 2 === 1 ? piece : harmless(piece)))
    .join('');
}

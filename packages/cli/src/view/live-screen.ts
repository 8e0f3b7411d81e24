import { styleText } from 'node:util';
import { modelLines } from './model-lines.ts';
import type { TaskView } from './run-view.ts';
import type { ScreenInput } from './screen-input.ts';
import { clip, cut, pad } from './width.ts';
import { count, dollars, harmless, plural, span } from './words.ts';

/** Lines that stay free for the log above and the cursor below. */
const KEPT_FREE = 3;

/** The live part of the screen: a line a model, a line a running task, and how far the run is. Never larger than the screen. */
export function liveScreen(input: ScreenInput): string {
  const width = Math.max(10, input.columns - 1);
  const room = Math.max(4, input.rows - KEPT_FREE) - 2;
  const running = [...input.view.tasks.values()].filter(
    ({ status }) => status === 'running' || status === 'checking',
  );
  const models = shorten(modelLines(input, width), Math.max(1, room - Math.min(running.length, 3)));
  const tasks = shorten(
    running.map((task) => taskLine(task, input, width)),
    room - models.length,
  );
  return [
    styleText('dim', '─'.repeat(Math.min(width, 100))),
    ...models,
    ...tasks,
    progressLine(input, width),
  ].join('\n');
}

/** At most `room` lines; the last of them tells how many are left out. */
function shorten(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  if (room < 1) return [];
  const left = lines.length - room + 1;
  return [...lines.slice(0, room - 1), styleText('dim', `  and ${left} more`)];
}

const BAR = 12;

function taskLine(task: TaskView, { streamed, nowMs }: ScreenInput, width: number): string {
  const time = task.startedAt === undefined ? '' : span(nowMs - task.startedAt);
  const attempt = task.attempts > 1 ? `  attempt ${task.attempts}` : '';
  const room = Math.max(10, Math.min(48, width - 46));
  const title = pad(cut(harmless(task.title), room), room);
  const progress = progressOf(task, streamed.get(task.key) ?? 0);
  return clip(`  ${title} ${pad(time, 6, 'right')}  ${progress}${attempt}`, width);
}

function progressOf(task: TaskView, characters: number): string {
  if (task.status === 'checking') return `checks ${task.verdict}`.trimEnd();
  const tokens = Math.ceil(characters / 4);
  if (tokens === 0) return pad('·', BAR);
  const bar = '▪'.repeat(Math.min(BAR, 1 + Math.floor(tokens / 40)));
  return `${pad(bar, BAR)} ${count(tokens)} tokens`;
}

function progressLine({ view, nowMs, columns }: ScreenInput, width: number): string {
  const all = [...view.tasks.values()];
  const done = all.filter(({ status }) => status === 'done').length;
  const length = columns < 80 ? 10 : 20;
  const filled = Math.round((length * done) / Math.max(1, all.length));
  const facts = [
    `${done}/${all.length} verified`,
    plural(view.calls, 'call'),
    ...(view.microUsd === 0 ? [] : [dollars(view.microUsd)]),
    ...(view.startedAt === undefined ? [] : [span(nowMs - view.startedAt)]),
  ];
  const bar = `${'█'.repeat(filled)}${'░'.repeat(length - filled)}`;
  return styleText('bold', clip(`  ${bar} ${facts.join(' · ')}`, width));
}

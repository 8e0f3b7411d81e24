import { styleText } from 'node:util';
import type { ModelState } from '@overseer/core';
import type { RunView, TaskView } from './run-view.ts';
import { cut, harmless, span } from './words.ts';

/** What the live part of the screen is drawn from. */
export interface ScreenInput {
  readonly view: RunView;
  readonly models: readonly ModelState[];
  /** Characters streamed by the call in flight, by task. */
  readonly streamed: ReadonlyMap<string, number>;
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
}

/** The live part of the screen: a line a model, a line a running task. Never more lines than the screen has. */
export function liveScreen(input: ScreenInput): string {
  const width = Math.max(40, input.columns - 1);
  const models = input.models.map((model) => modelLine(model, input, width));
  const running = [...input.view.tasks.values()].filter(
    ({ status }) => status === 'running' || status === 'checking',
  );
  const room = Math.max(1, input.rows - models.length - 5);
  const shown = running.slice(0, room).map((task) => taskLine(task, input, width));
  const more = running.length - shown.length;
  return [
    styleText('dim', '─'.repeat(Math.min(width, 72))),
    ...models,
    ...shown,
    ...(more > 0 ? [styleText('dim', `  and ${more} more`)] : []),
    progressLine(input, width),
  ].join('\n');
}

const MARK: Readonly<Record<ModelState['state'], string>> = {
  idle: '○',
  working: '●',
  waiting: '◷',
  down: '✗',
};

const COLOUR: Readonly<Record<ModelState['state'], 'dim' | 'green' | 'yellow' | 'red'>> = {
  idle: 'dim',
  working: 'green',
  waiting: 'yellow',
  down: 'red',
};

function modelLine(model: ModelState, { view, nowMs }: ScreenInput, width: number): string {
  const limits = model.limits
    .filter(({ resetAt, used, held }) => resetAt !== undefined || used + held > 0)
    .map(({ limit, used, held, capacity, resetAt }) => {
      const reset =
        resetAt === undefined ? '' : `, resets in ${span(Math.max(0, resetAt - nowMs))}`;
      return `${limit.replace(/^[^:]*: /, '')}: ${used + held}/${capacity}${reset}`;
    });
  const wait =
    model.untilAt === undefined ? '' : ` for ${span(Math.max(0, model.untilAt - nowMs))}`;
  const state = `${MARK[model.state]} ${model.state}${model.state === 'down' ? wait : ''}`;
  const task = view.busy.get(model.name);
  const why = model.why === undefined ? '' : `  ${model.why}`;
  const text = [
    model.name.padEnd(12),
    state.padEnd(18),
    (task ?? '').padEnd(14),
    limits.join('; '),
    why,
  ].join(' ');
  return styleText(COLOUR[model.state], cut(harmless(text).trimEnd(), width).replace(/^/, '  '));
}

function taskLine(task: TaskView, { streamed, nowMs }: ScreenInput, width: number): string {
  const tokens = Math.ceil((streamed.get(task.key) ?? 0) / 4);
  const progress =
    task.status === 'checking'
      ? `checks ${task.verdict}`.trimEnd()
      : `${'▪'.repeat(Math.min(12, 1 + Math.floor(tokens / 40)))} ${tokens} tokens`;
  const time = task.startedAt === undefined ? '' : span(nowMs - task.startedAt);
  const attempt = task.attempts > 1 ? ` attempt ${task.attempts}` : '';
  const text = `${cut(task.title, 46).padEnd(46)} ${time.padStart(6)} ${progress}${attempt}`;
  return `  ${cut(harmless(text), width - 2)}`;
}

function progressLine({ view, nowMs }: ScreenInput, width: number): string {
  const all = [...view.tasks.values()];
  const done = all.filter(({ status }) => status === 'done').length;
  const bar = Math.round((20 * done) / Math.max(1, all.length));
  const time = view.startedAt === undefined ? '' : span(nowMs - view.startedAt);
  const text = `  ${'█'.repeat(bar)}${'░'.repeat(20 - bar)} ${done}/${all.length} tasks verified, ${view.calls} calls, ${time}`;
  return styleText('bold', cut(text, width));
}

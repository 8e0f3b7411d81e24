import { styleText } from 'node:util';
import type { ModelState } from '@overseer/core';
import { createLogUpdate } from 'log-update';
import { decisionOf } from './decision.ts';
import { divert } from './divert.ts';
import { liveScreen } from './live-screen.ts';
import type { Output, Presenter } from './presenter.ts';
import { emptyView, foldView, ownerOf } from './run-view.ts';
import { cut } from './width.ts';
import { harmless } from './words.ts';

const FRAME_MS = 100;

/**
 * A log of decisions that scrolls, and below it models and tasks as they stand, drawn ten times a second. What others
 * write to `errors` meanwhile scrolls as well where that is a terminal, which it else would tear apart.
 */
export function livePresenter(
  output: Output,
  stream: NodeJS.WriteStream,
  errors: NodeJS.WriteStream,
  models: () => readonly ModelState[],
): Presenter {
  const view = emptyView();
  const streamed = new Map<string, number>();
  const draw = createLogUpdate(stream, { showCursor: true });
  const above: string[] = [];
  const diverted = errors.isTTY ? divert(errors, (line) => above.push(line)) : undefined;
  let isClosed = false;
  const scroll = (): void => {
    if (above.length > 0) draw.persist(above.splice(0).join('\n'));
  };
  const frame = (): void => {
    if (isClosed) return;
    scroll();
    const { columns, rows } = output;
    draw(liveScreen({ view, models: models(), streamed, nowMs: Date.now(), columns, rows }));
  };
  const timer = setInterval(frame, FRAME_MS);
  timer.unref();
  return {
    event: (event) => {
      foldView(view, event);
      if (event.type === 'call.started') streamed.delete(ownerOf(event.task ?? ''));
      const words = decisionOf(event);
      if (words === undefined) return;
      const time = styleText('dim', new Date(event.at).toISOString().slice(11, 19));
      above.push(`${time}  ${cut(harmless(words), Math.max(20, output.columns - 11))}`);
    },
    live: ({ task, event }) => {
      if (event.type !== 'delta') return;
      const owner = ownerOf(task);
      streamed.set(owner, (streamed.get(owner) ?? 0) + event.text.length);
    },
    say: (lines) => {
      above.push(...lines);
      frame();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      diverted?.[Symbol.dispose]();
      scroll();
      draw.clear();
      draw.done();
    },
  };
}

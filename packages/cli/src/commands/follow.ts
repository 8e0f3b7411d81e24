import type { Overseer, Run, RunResult } from '@overseer/core';
import { jsonPresenter } from '../view/json-presenter.ts';
import { livePresenter } from '../view/live-presenter.ts';
import { plainPresenter } from '../view/plain-presenter.ts';
import { type Presenter, processOutput } from '../view/presenter.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';

/** How a run is shown. */
export interface ShowFlags {
  /** Journal events as JSON lines. */
  readonly json: boolean;
  /** Plain lines even on a terminal. */
  readonly plain: boolean;
}

/** The presenter that flags and terminal ask for. */
export function choosePresenter(flags: ShowFlags, overseer: Overseer): Presenter {
  const output = processOutput();
  if (flags.json) return jsonPresenter(output, processOutput(process.stderr));
  if (flags.plain || !output.isTerminal) return plainPresenter(output);
  return livePresenter(output, process.stdout, () => overseer.models());
}

/** A run that was shown to its end. */
export interface Followed {
  readonly result: RunResult;
  readonly view: RunView;
  /** Ctrl-C ended it. */
  readonly interrupted: boolean;
}

/**
 * Shows a run to its end. The first Ctrl-C closes the overseer, which lets calls in flight end and leaves the run to be
 * resumed; the second ends the process at once.
 */
export async function followRun(
  overseer: Overseer,
  run: Run,
  presenter: Presenter,
): Promise<Followed> {
  const view = emptyView();
  let interrupted = false;
  const stop = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    presenter.say([
      'Stopping: calls in flight may end. Ctrl-C again stops at once; either way the run can be resumed.',
    ]);
    void overseer.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const stopLive = overseer.onLive((event) => presenter.live(event));
  try {
    for await (const event of run) {
      foldView(view, event);
      presenter.event(event);
    }
    return { result: await run.result, view, interrupted };
  } finally {
    stopLive();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    presenter.close();
  }
}

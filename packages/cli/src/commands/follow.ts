import type { BreakerStanding, Overseer, Run, RunResult } from '@overseer/core';
import { EXIT } from '../exit-code.ts';
import { jsonPresenter } from '../view/json-presenter.ts';
import { livePresenter } from '../view/live-presenter.ts';
import { plainPresenter } from '../view/plain-presenter.ts';
import { type Presenter, processOutput } from '../view/presenter.ts';
import { emptyView, foldView, type RunView } from '../view/run-view.ts';
import { nobodyCanWork } from './configuration-fault.ts';
import { personAsked, questionsOf } from './person-asked.ts';

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
  return livePresenter(
    output,
    process.stdout,
    process.stderr,
    lastKnown(() => overseer.models()),
  );
}

/** An overseer that is being closed tells nothing new of its models. */
function lastKnown<T>(read: () => readonly T[]): () => readonly T[] {
  let last: readonly T[] = [];
  return () => {
    try {
      last = read();
    } catch {
      // What was known before is still shown.
    }
    return last;
  };
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
 * resumed; the second ends the process at once. A run whose models all refuse for want of a right key or name is ended,
 * since waiting would not help. `resumeCommand` is what a person is told to answer questions with; `early` answered Ctrl-C until now, and is
 * disposed of. Throws `StoreError` when the journal fails.
 */
export async function followRun(
  overseer: Overseer,
  run: Run,
  presenter: Presenter,
  resumeCommand: string,
  early?: Disposable,
): Promise<Followed> {
  const view = emptyView();
  const interrupts = onInterrupt(overseer, presenter);
  // Only now: a Ctrl-C that came in this turn would be lost with the last who hears of it.
  early?.[Symbol.dispose]();
  const stopLive = overseer.onLive((event) => presenter.live(event));
  const stopStore = overseer.onStore((store) => presenter.say([storeLine(store)]));
  const teamSize = overseer.models().length;
  let isHopeless = false;
  try {
    for await (const event of run) {
      foldView(view, event);
      presenter.event(event);
      const asked = personAsked(event, questionsOf(overseer), resumeCommand);
      if (asked.length > 0) presenter.say(asked);
      if (!isHopeless && nobodyCanWork(view, teamSize)) {
        isHopeless = true;
        void run.cancel('no model of the team can be used').catch(() => undefined);
      }
    }
    return { result: await run.result, view, interrupted: interrupts.seen() };
  } finally {
    stopLive();
    stopStore();
    interrupts[Symbol.dispose]();
    presenter.close();
  }
}

/** How the journal stands, when that is news. */
function storeLine({ state, name, why = 'it does not answer', untilAt }: BreakerStanding): string {
  if (state === 'closed') return `The journal ${name} can be written again; all work goes on.`;
  if (untilAt === undefined) return `The journal ${name} is tried again: ${why}`;
  return `The journal ${name} cannot be written, and all work waits: ${why}`;
}

interface Interrupts extends Disposable {
  /** Whether somebody asked to stop. */
  seen(): boolean;
}

/** One Ctrl-C can come several times: from the terminal, and from every parent that passes it on. */
const ECHO_MS = 250;

function onInterrupt(overseer: Overseer, presenter: Presenter): Interrupts {
  let seen: number | undefined;
  const stop = (): void => {
    if (seen !== undefined) {
      if (performance.now() - seen < ECHO_MS) return;
      presenter.close();
      process.exit(EXIT.stopped);
    }
    seen = performance.now();
    presenter.say([
      'Stopping: calls in flight may end. Ctrl-C again stops at once; either way the run can be resumed.',
    ]);
    // What goes wrong with the journal is heard of where the run is followed.
    overseer.close().catch(() => undefined);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    seen: () => seen !== undefined,
    [Symbol.dispose]: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

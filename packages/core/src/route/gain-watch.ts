import { RecentMap } from '../internal/recent-map.ts';
import type { AttemptOutcome } from './attempt-watch.ts';
import { type AnswerView, type KnownGain, viewAnswer } from './escalation-gain.ts';

/** Tasks whose refused answer waits for what another model makes of it. */
const MOST = 512;

/**
 * Tells what a better model brought, from the outcomes of one task after another: nothing where a first answer was
 * accepted or its own model repaired it, everything where another model did what the first one could not.
 */
export class GainWatch {
  /** Refused first answers, by task. */
  readonly #refused = new RecentMap<{ readonly model: string; readonly view: AnswerView }>(MOST);

  /** Takes an outcome into account; `task` names its task in all runs. */
  take(outcome: AttemptOutcome, task: string): KnownGain | undefined {
    const { model, text, answer, good, before } = outcome;
    if (before === undefined) {
      const view = viewAnswer({ task: text, answer });
      if (good) return { ...view, gain: 0 };
      this.#refused.set(task, { model, view });
      return undefined;
    }
    const refused = good ? this.#refused.get(task) : undefined;
    if (refused === undefined) return undefined;
    this.#refused.delete(task);
    return { ...refused.view, gain: refused.model === model ? 0 : 1 };
  }

  /** The task failed, so that nobody brought anything. */
  forget(task: string): void {
    this.#refused.delete(task);
  }
}

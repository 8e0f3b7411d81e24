import { RecentMap } from '../internal/recent-map.ts';
import type { AttemptOutcome } from './attempt-watch.ts';
import { type AnswerView, type KnownGain, viewAnswer } from './escalation-gain.ts';

/** Tasks whose refused answer waits for what another model makes of it. */
const MOST = 512;

/**
 * Tells what a better model brought, from the outcomes of one task after another: nothing where a first answer was
 * accepted, its own model repaired it, or another one could not do it either; everything where another model did what the
 * first one could not. An answer that passed and was doubted counts as one that was accepted: if only those counted that
 * nobody doubts, doubt would feed on itself.
 */
export class GainWatch {
  /** Refused first answers, by task. */
  readonly #refused = new RecentMap<Refused>(MOST);

  /**
   * Takes an outcome into account; `task` names its task in all runs, and `isDoubted` says that an answer to it passed
   * and was given on.
   */
  take(outcome: AttemptOutcome, task: string, isDoubted = false): KnownGain | undefined {
    const { model, text, answer, good, before } = outcome;
    if (before === undefined) {
      if (isDoubted) return undefined;
      const view = viewAnswer({ task: text, answer });
      if (good) return { ...view, gain: 0 };
      this.#refused.set(task, { model, view, isBeyondOthers: false });
      return undefined;
    }
    const refused = this.#refused.get(task);
    if (refused === undefined) return undefined;
    if (!good) {
      refused.isBeyondOthers ||= refused.model !== model;
      return undefined;
    }
    this.#refused.delete(task);
    return { ...refused.view, gain: refused.model === model ? 0 : 1 };
  }

  /** Takes an answer into account that passed its checks and is given on all the same. */
  doubted(text: string, answer: string): KnownGain {
    return { ...viewAnswer({ task: text, answer }), gain: 0 };
  }

  /** The task failed: where another model tried as well, it brought nothing. */
  failed(task: string): KnownGain | undefined {
    const refused = this.#refused.get(task);
    this.#refused.delete(task);
    return refused?.isBeyondOthers === true ? { ...refused.view, gain: 0 } : undefined;
  }

  /** Nobody wants the task any more. */
  forget(task: string): void {
    this.#refused.delete(task);
  }
}

/** A first answer that was refused. */
interface Refused {
  readonly model: string;
  readonly view: AnswerView;
  /** Another model's answer was refused as well. */
  isBeyondOthers: boolean;
}

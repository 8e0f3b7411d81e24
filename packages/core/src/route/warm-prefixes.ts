import { RecentMap } from '../internal/recent-map.ts';

/** How long providers keep the beginning of a prompt at least, in ms: five minutes, less what the call itself takes. */
const KEPT_MS = 240_000;
/** Beginnings that are remembered of one run; the oldest go first. */
const MOST = 256;

/**
 * Which models of a run were called a moment ago with which beginning of a prompt: their provider may still have it, and
 * charge a part of its price for it. A fold of events that need not survive a restart.
 */
export class WarmPrefixes {
  /** By run, then by model and prefix. */
  readonly #runs = new Map<string, RecentMap<number>>();

  /** Takes note of a call. `prefix` names what the prompt begins with, `at` is epoch ms. */
  note(run: string, model: string, prefix: string, at: number): void {
    let calls = this.#runs.get(run);
    if (calls === undefined) {
      calls = new RecentMap(MOST);
      this.#runs.set(run, calls);
    }
    calls.set(keyOf(model, prefix), at);
  }

  /** How long ago the model was called with that beginning, in ms; `undefined` where that is too long ago. */
  age(run: string, model: string, prefix: string, nowMs: number): number | undefined {
    const at = this.#runs.get(run)?.get(keyOf(model, prefix));
    if (at === undefined || nowMs < at || nowMs - at > KEPT_MS) return undefined;
    return nowMs - at;
  }

  /** Lets go of a run that is over. */
  forget(run: string): void {
    this.#runs.delete(run);
  }
}

function keyOf(model: string, prefix: string): string {
  return `${model}\n${prefix}`;
}

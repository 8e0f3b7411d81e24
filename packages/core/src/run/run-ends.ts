import type { RunState } from '../journal/run-state.ts';
import type { RunStatus } from '../spec/run-events.ts';

/** How a run ended, for whoever waits for it. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly because: string | undefined;
  readonly state: RunState;
}

/** The ends of runs that somebody waits for. Nobody has to look: a rejection that nobody sees is none. */
export class RunEnds {
  readonly #waited = new Map<string, PromiseWithResolvers<RunEnd>>();

  /** Resolves when the run has ended; rejects with `failure` at once where there is one. */
  of(run: string, failure: Error | undefined): Promise<RunEnd> {
    let end = this.#waited.get(run);
    if (end === undefined) {
      end = Promise.withResolvers<RunEnd>();
      end.promise.catch(() => undefined);
      this.#waited.set(run, end);
      if (failure !== undefined) end.reject(failure);
    }
    return end.promise;
  }

  /** Tells of an end. */
  tell(run: string, end: RunEnd): void {
    this.#waited.get(run)?.resolve(end);
    this.#waited.delete(run);
  }

  /** Tells everybody that no end will come. */
  fail(failure: Error): void {
    for (const end of this.#waited.values()) end.reject(failure);
  }
}

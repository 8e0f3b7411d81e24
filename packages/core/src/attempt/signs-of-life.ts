import { ModelError } from '../errors/model-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Deadline, Deadlines } from '../internal/deadlines.ts';

/** What a silent call gets on top. */
const GRACE_MS = 5_000;

/** How long a call may be silent, and who stops it before. */
export interface LifeBounds {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly holdMs: number;
  readonly cancel: Cancellation;
  /** What is called, in words. */
  readonly what: string;
}

/** What a call gets: the signal it has to heed, and what it has to do at each sign of life. */
export interface LifeLine {
  readonly signal: AbortSignal;
  readonly alive: () => void;
}

/**
 * Makes a call that must give a sign of life every `holdMs`. One that does not is aborted and left alone, whether it
 * heeds that or not: what it holds would be held for ever. Throws `ModelError` `timeout` then; a call that may have been
 * paid.
 */
export async function whileAlive<T>(
  { clock, deadlines, holdMs, cancel, what }: LifeBounds,
  call: (line: LifeLine) => Promise<T>,
): Promise<T> {
  const own = new Cancellation();
  const stop = (reason: unknown): void => own.abort(reason);
  cancel.onAbort(stop);
  const { promise: dead, reject } = Promise.withResolvers<never>();
  let latestAt = clock.now();
  let isWarned = false;
  let deadline: Deadline | undefined;
  const wait = (ms: number): void => {
    deadline = deadlines.add(ms, () => {
      const leftMs = latestAt + holdMs - clock.now();
      if (leftMs > 0 || !isWarned) {
        // A machine that slept, or whose clock was set, is given a moment to hear what came meanwhile.
        isWarned = leftMs <= 0;
        wait(isWarned ? Math.min(GRACE_MS, holdMs) : Math.min(leftMs, holdMs));
        return;
      }
      const error = new ModelError('timeout', silent(what, holdMs));
      // First, so that what a call says to its abort does not come before it.
      reject(error);
      own.abort(error);
    });
  };
  wait(holdMs);
  const alive = (): void => {
    latestAt = clock.now();
  };
  try {
    return await Promise.race([call({ signal: own.signal, alive }), dead]);
  } finally {
    if (deadline !== undefined) deadlines.remove(deadline);
    cancel.forget(stop);
  }
}

function silent(what: string, holdMs: number): string {
  return `${what} gave no sign of life for ${holdMs / 1_000} s and was left alone; it is charged at its estimate. Allow more by the option holdMs.`;
}

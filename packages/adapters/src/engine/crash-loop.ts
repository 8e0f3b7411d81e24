/** How often an engine crashed in a row, and when it may be tried again (ms of a clock that only goes forward). */
export interface CrashLoop {
  readonly crashes: number;
  readonly openUntil: number;
}

/** An engine that has not crashed. */
export const UNBROKEN: CrashLoop = { crashes: 0, openUntil: 0 };

/** So many crashes in a row leave it alone, for this long at first and twice as long each time after. */
const MOST = 3;
const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;

/** The state after one more crash. Pure. */
export function afterCrash({ crashes }: CrashLoop, nowMs: number): CrashLoop {
  const more = crashes + 1;
  const waitMs = more < MOST ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(10, more - MOST));
  return { crashes: more, openUntil: nowMs + waitMs };
}

/** How long the engine is to be left alone yet, in ms; 0 where it may be started. Pure. */
export function leftAloneMs({ openUntil }: CrashLoop, nowMs: number): number {
  return Math.max(0, openUntil - nowMs);
}

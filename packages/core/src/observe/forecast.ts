/** What a forecast is made of; amounts of one metric. */
export interface Course {
  readonly used: number;
  readonly held: number;
  readonly capacity: number;
  /** `undefined` where nothing is known. */
  readonly perHour: number | undefined;
  /** The window of a limit; `undefined` for a budget, which is for ever. */
  readonly windowMs: number | undefined;
}

/**
 * When a limit or budget will be reached if use goes on as it did, in epoch ms; `undefined` if never. Of a window it is
 * the earliest moment: what ceases to count meanwhile is left out, and a use that the window can bear never reaches it.
 */
export function reachedAt(course: Course, now: number): number | undefined {
  const { used, held, capacity, perHour = 0, windowMs } = course;
  const left = capacity - used - held;
  if (left <= 0) return now;
  if (perHour <= 0) return undefined;
  if (windowMs !== undefined && (perHour * windowMs) / 3_600_000 <= capacity) return undefined;
  const at = now + (left / perHour) * 3_600_000;
  return at <= LAST ? Math.ceil(at) : undefined;
}

/** How near the end something is: what is yellow comes to its first warning, what is red is used up. */
export type Level = 'green' | 'yellow' | 'red';

/** The level of a share of what is allowed. */
export function levelOf(share: number, warnAt: number): Level {
  if (share >= 1) return 'red';
  return share >= warnAt ? 'yellow' : 'green';
}

/** The last moment that a date can tell. */
const LAST = 8.64e15;

import type { Clock } from '../internal/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Lets `ms` go by: runs the callbacks that come due, in the order of their times and, at one time, of their making;
   * each sees the time it asked for. Those that callbacks add run too when they come due.
   */
  advance(ms: number): void;
  /** Puts the hands to an epoch ms, as an operator would: nothing runs, and what waits keeps its remaining time. */
  set(epochMs: number): void;
  /** How many callbacks wait. */
  readonly pending: number;
  /** How long until the next callback comes due, in ms; `undefined` when none waits. */
  readonly untilNextMs: number | undefined;
}

/** A clock held in the hand; starts at 2026-01-01T00:00:00Z when nothing else is said. */
export function createFakeClock(startAt: number = Date.UTC(2026, 0, 1)): FakeClock {
  const timers: Timer[] = [];
  let elapsed = 0;
  let offset = startAt;
  return {
    now: () => offset + elapsed,
    elapsed: () => elapsed,
    after: (delayMs, callback) => {
      const timer: Timer = { due: elapsed + Math.max(0, delayMs), callback };
      timers.splice(placeOf(timers, timer.due), 0, timer);
      return () => {
        const position = timers.indexOf(timer);
        if (position >= 0) timers.splice(position, 1);
      };
    },
    advance: (ms) => {
      const end = elapsed + ms;
      for (let next = timers[0]; next !== undefined && next.due <= end; next = timers[0]) {
        timers.shift();
        elapsed = next.due;
        next.callback();
      }
      elapsed = end;
    },
    set: (epochMs) => {
      offset = epochMs - elapsed;
    },
    get pending() {
      return timers.length;
    },
    get untilNextMs() {
      const next = timers[0];
      return next === undefined ? undefined : next.due - elapsed;
    },
  };
}

interface Timer {
  /** In ms since the clock was made. */
  readonly due: number;
  readonly callback: () => void;
}

/** Where a timer belongs: behind all that are due at the same time. */
function placeOf(timers: readonly Timer[], due: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle]?.due ?? 0) > due) high = middle;
    else low = middle + 1;
  }
  return low;
}

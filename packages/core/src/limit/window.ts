/**
 * How much of something was used, by one rule of forgetting. Amounts are integers, times epoch ms. Asking about any time,
 * also one to come, changes no answer. Nothing here ever refuses: whoever charges has asked before.
 */
export interface Window {
  /** What it holds where a question names no other capacity. */
  readonly capacity: number;
  /** What counts at `now`; above the capacity when calls used more than they claimed. */
  used(now: number): number;
  /** The earliest time from `now` on at which `amount` fits, if nothing else is charged; Infinity for more than the capacity. */
  fitAt(now: number, amount: number, capacity?: number): number;
  /** When the next part of what counts at `now` ends to count; `undefined` when nothing counts. */
  nextEndAt(now: number): number | undefined;
  /** Charges an amount at a time; returns the stamp under which `change` finds it. `opened`: see `SessionWindow`. */
  add(at: number, amount: number, opened?: number): number;
  /** Adds to what was charged under a stamp, at its own time; does nothing once that time is forgotten. */
  change(stamp: number, delta: number): void;
  /** Whether what was charged under a stamp counts at `now`. */
  counts(stamp: number, now: number): boolean;
  /** The stamp that takes the place of an earlier one when the clock is set back to `now`; ask before `setBack`. NaN for what is forgotten. */
  stampAfterSetBack(stamp: number, now: number): number;
  /** The clock was set back to `now`: what was charged later has happened already, and counts as charged now. */
  setBack(now: number): void;
  /** The stamp that takes the place of an earlier one when the clock is set forward; ask before `setForward`. NaN for what is forgotten. */
  stampAfterSetForward(stamp: number, byMs: number, now: number): number;
  /**
   * The clock was set forward by `byMs`, to `now`, and less time went by than it shows: what counts for a while counts as long as
   * if it had not been. What was charged since cannot lie beyond now. A window of the calendar goes with the clock.
   */
  setForward(byMs: number, now: number): void;
  /** The same once more, for forecasts: changes to one are not seen by the other. */
  clone(): Window;
}

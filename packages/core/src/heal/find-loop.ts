/** One step of an attempt: the tools that were called, what they were asked, and what came of it. */
export interface StepTrace {
  /** The event by which its last outcome came. */
  readonly seq: number;
  /** The model call that asked for it. */
  readonly call: string;
  readonly tools: readonly string[];
  /** A digest of the calls and their outcomes in canonical form: equal for equal ones alone. */
  readonly digest: string;
  /** Whether every call came to an error. */
  readonly isError: boolean;
  /** From the model's answer to the last outcome, in ms. */
  readonly tookMs: number;
}

/** Steps that come again and again. */
export interface Loop {
  /** How many steps make one turn. */
  readonly period: number;
  /** How many turns were seen. */
  readonly turns: number;
  readonly steps: readonly StepTrace[];
}

/** What counts as a loop. */
export interface LoopRules {
  /** Equal turns of one step; turns of several steps need one less, and never less than two. */
  readonly repeats: number;
  /** Whether a tool asks how something stands, so that the same answer is to be expected. */
  readonly isPolling: (tool: string) => boolean;
}

/** Steps that are remembered; the window is as long as an attempt may get. */
export const STEPS_KEPT = 24;
/** The longest turn that is looked for. */
const LONGEST_PERIOD = 4;
/** Who waits this long for an outcome may be waiting for something. */
const WAITING_MS = 1_000;

/**
 * The loop in which the latest steps go round: A, A, A or A, B, A, B up to four steps a turn, with the same calls and the
 * same outcomes. Steps that poll are no loop, and slow ones only at twice the length: who asks again every few seconds
 * waits. `undefined` where something was new. Pure; looks at the last 24 steps alone.
 */
export function findLoop(
  steps: readonly StepTrace[],
  { repeats, isPolling }: LoopRules,
): Loop | undefined {
  const window = steps.slice(-STEPS_KEPT);
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    const turn = window.slice(-period);
    if (turn.some(({ tools }) => tools.some(isPolling))) return undefined;
    const least = period === 1 ? repeats : Math.max(2, repeats - 1);
    const turns = turn.some(({ tookMs }) => tookMs >= WAITING_MS) ? least * 2 : least;
    const seen = turnsOf(window, period);
    if (seen >= turns) return { period, turns: seen, steps: window.slice(-seen * period) };
  }
  return undefined;
}

/** How many equal turns of so many steps the latest steps are. */
function turnsOf(steps: readonly StepTrace[], period: number): number {
  let at = steps.length - 1 - period;
  while (at >= 0 && steps[at]?.digest === steps[at + period]?.digest) at -= 1;
  return Math.floor((steps.length - 1 - at) / period);
}

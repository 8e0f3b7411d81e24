import {
  askBreaker,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  dueAgain,
  type Fault,
  setBackBreaker,
} from './breaker.ts';

/** A tool that is left alone. */
export interface ToolDown {
  readonly why: string;
  /** The same without how often. */
  readonly fault: string;
  /** Epoch ms of the next probe; `undefined` while one is under way. */
  readonly untilAt: number | undefined;
}

/** How a call of a tool ended. `unsaid`: it was refused before, or refused itself. */
export type ToolEnd = 'works' | 'unsaid' | { readonly broken: string };

/** Three failures in a row are no accident, and what a tool stands on may be back soon. */
const OUTAGE: Omit<Fault, 'why'> = {
  after: 3,
  firstMs: 30_000,
  maxMs: 600_000,
  isFailure: true,
  outlives: false,
};

/** The breakers of all tools, folded from their calls: what they stand on may fail, a refusal is an answer. Times are epoch ms. */
export class ToolBreakers {
  readonly #states = new Map<string, BreakerState>();

  /** A call of a tool starts; where a probe is due, it is that. */
  start(tool: string, attempt: string, id: string, at: number): void {
    if (this.#states.has(tool))
      this.#signal(tool, { type: 'started', call: `${attempt} ${id}` }, at);
  }

  /** A call of a tool ended. */
  end(tool: string, attempt: string, id: string, at: number, how: ToolEnd): void {
    const call = `${attempt} ${id}`;
    if (typeof how === 'object') {
      const fault = { ...OUTAGE, why: how.broken };
      this.#signal(tool, { type: 'failed', call, fault }, at);
    } else if (this.#states.has(tool)) {
      this.#signal(tool, { type: how === 'works' ? 'succeeded' : 'unsaid', call }, at);
    }
  }

  /** An attempt ended, and with it whatever it was trying. */
  leave(attempt: string, at: number): void {
    if (this.#states.size === 0) return;
    for (const [tool, state] of this.#states) {
      const { phase } = state;
      if (phase.kind === 'probing' && phase.call.startsWith(`${attempt} `)) {
        this.#states.set(tool, dueAgain(state, at));
      }
    }
  }

  /** What keeps calls of a tool back at `nowMs`; `undefined` when it may be called, as the probe where one is due. */
  down(tool: string, nowMs: number): ToolDown | undefined {
    const state = this.#states.get(tool);
    if (state === undefined) return undefined;
    const answer = askBreaker(state, nowMs);
    if (answer.kind !== 'wait') return undefined;
    const { why, fault } = state;
    return { why, fault: fault?.why ?? why, untilAt: answer.untilAt };
  }

  /** The breaker of a tool. */
  stateOf(tool: string): BreakerState {
    return this.#states.get(tool) ?? closedBreaker;
  }

  /** Whether a tool failed and has not been seen to work since. */
  hasFailed(tool: string): boolean {
    return this.#states.has(tool);
  }

  /** Whoever starts anew may have mended what was wrong. */
  forgive(): void {
    this.#states.clear();
  }

  /** The clock was set back. */
  setBack(from: number, to: number): void {
    for (const [tool, state] of this.#states) {
      this.#states.set(tool, setBackBreaker(state, from, to));
    }
  }

  /** A tool that works is not remembered, so that there are as many states as tools that failed. */
  #signal(tool: string, signal: BreakerSignal, at: number): void {
    const state = breakerAfter(this.#states.get(tool) ?? closedBreaker, signal, at);
    if (state.phase.kind === 'closed' && state.failures === 0) this.#states.delete(tool);
    else this.#states.set(tool, state);
  }
}

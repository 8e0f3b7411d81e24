import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How a process is, since it was last looked at. */
export interface Vitals {
  /** The delay of its event loop that 99 of 100 turns stay below, in ms. */
  readonly loopP99Ms: number;
}

/** Looks how a process is; closed by whoever made it. */
export interface VitalsMonitor {
  /** How it was since the last time. */
  read(): Vitals;
  /** Looks no more. */
  close(): void;
}

/** The finest delay that is seen, in ms. */
const RESOLUTION_MS = 20;

/** Watches the event loop of this process. */
export function watchVitals(): VitalsMonitor {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    read: () => {
      const loopP99Ms = delays.percentile(99) / 1e6;
      delays.reset();
      return { loopP99Ms };
    },
    close: () => {
      delays.disable();
    },
  };
}

/** From when on a node is not well. */
export interface WellBounds {
  /** Delays of the event loop above this, in ms. */
  readonly loopMs: number;
  /** Answers of the store that take longer than this, in ms. */
  readonly storeMs: number;
  /** Looks in a row that find it so. */
  readonly looks: number;
  /** For how long it has to be so before its projects leave the store, in ms: only their receiver can bring them back from there. */
  readonly awayMs: number;
}

/** What holds where a host says nothing. */
export const USUAL_BOUNDS: WellBounds = {
  loopMs: 1_000,
  storeMs: 2_000,
  looks: 3,
  awayMs: 60_000,
};

/** Says whether a node is well: one bad look is none, and it is well again after as many good ones. Pure but for its own count. */
export class Wellness {
  readonly #bounds: WellBounds;
  /** Looks in a row that say other than what holds. */
  #against = 0;
  #unwell: string | undefined;
  /** Since when it is not well, by what has elapsed. */
  #since = 0;

  constructor(bounds: WellBounds) {
    this.#bounds = bounds;
  }

  /** Why it is not well, if it is not. */
  get unwell(): string | undefined {
    return this.#unwell;
  }

  /** Whether it has not been well for so long that its projects are to leave the store. */
  isLost(elapsedMs: number): boolean {
    return this.#unwell !== undefined && elapsedMs - this.#since >= this.#bounds.awayMs;
  }

  /** Takes one look into account. */
  look({ loopP99Ms, storeMs }: Vitals & { readonly storeMs: number }, elapsedMs: number): void {
    const { looks } = this.#bounds;
    const trouble = this.#troubleIn(loopP99Ms, storeMs);
    const isWell = this.#unwell === undefined;
    this.#against = (trouble === undefined) === isWell ? 0 : this.#against + 1;
    if (this.#against < looks) return;
    this.#against = 0;
    this.#since = elapsedMs;
    this.#unwell = trouble;
  }

  #troubleIn(loopP99Ms: number, storeMs: number): string | undefined {
    const { loopMs, storeMs: longest } = this.#bounds;
    if (loopP99Ms > loopMs) return `its event loop is ${Math.round(loopP99Ms)} ms late`;
    return storeMs > longest ? `the store takes ${Math.round(storeMs)} ms to answer` : undefined;
  }
}

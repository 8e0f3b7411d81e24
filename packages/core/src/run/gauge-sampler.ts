import type { Clock } from '../internal/clock.ts';
import type { Gauges } from '../limit/gauges.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Between two readings. */
const SAMPLE_MS = 500;

/**
 * Reads the gauges that some limit looks at, twice a second, while there is something to do. Where there is not, or no limit
 * looks at any, no timer runs.
 */
export class GaugeSampler {
  readonly #clock: Clock;
  readonly #gauges: Gauges;
  readonly #samplers: ReadonlyMap<string, () => number>;
  readonly #runs: Projection['runs'];
  readonly #opened: () => void;
  #cancel: (() => void) | undefined;
  #closed = false;

  /** `opened` hears that a limit lets calls go on. */
  constructor(
    { clock, shared, samplers }: Pick<Settings, 'clock' | 'shared' | 'samplers'>,
    { runs }: Pick<Projection, 'runs'>,
    opened: () => void,
  ) {
    this.#clock = clock;
    this.#gauges = shared.gauges;
    this.#samplers = samplers;
    this.#runs = runs;
    this.#opened = opened;
  }

  /** There is something to do: reads at once, and goes on. */
  wake(): void {
    if (this.#samplers.size > 0 && this.#cancel === undefined && !this.#closed) this.#sample();
  }

  /** Reads no more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #sample(): void {
    const nowMs = this.#clock.now();
    let opened = false;
    for (const [name, sampler] of this.#samplers) {
      opened = this.#gauges.sample(name, readingOf(sampler), nowMs) || opened;
    }
    if (opened) this.#opened();
    const isBusy = [...this.#runs.values()].some(({ status }) => status === 'running');
    this.#cancel = isBusy ? this.#clock.after(SAMPLE_MS, () => this.#sample()) : undefined;
  }
}

/** A gauge that cannot be read says nothing; it must not stop the others. */
function readingOf(sampler: () => number): number {
  try {
    return sampler();
  } catch {
    return Number.NaN;
  }
}

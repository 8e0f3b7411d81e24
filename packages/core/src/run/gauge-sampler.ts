import type { Clock } from '../internal/clock.ts';
import type { Gauges } from '../limit/gauges.ts';
import type { EventData } from '../spec/event.ts';
import type { Projection } from './projection.ts';
import { readGauge } from './read-gauge.ts';
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
  readonly #changed: (change: EventData['gauge.changed']) => void;
  /** Gauges of which was told that they cannot be read. */
  readonly #told = new Set<string>();
  #cancel: (() => void) | undefined;
  #closed = false;

  /** `opened` hears that a limit lets calls go on, `changed` of a gauge that cannot be read, and that it can again. */
  constructor(
    { clock, shared, samplers }: Pick<Settings, 'clock' | 'shared' | 'samplers'>,
    { runs }: Pick<Projection, 'runs'>,
    opened: () => void,
    changed: (change: EventData['gauge.changed']) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#gauges = shared.gauges;
    this.#samplers = samplers;
    this.#runs = runs;
    this.#opened = opened;
    this.#changed = changed;
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
      opened = this.#read(name, sampler, nowMs) || opened;
    }
    if (opened) this.#opened();
    const isBusy = [...this.#runs.values()].some(({ status }) => status === 'running');
    this.#cancel = isBusy ? this.#clock.after(SAMPLE_MS, () => this.#sample()) : undefined;
  }

  /** A gauge that cannot be read does not stop the others. Returns whether its limits let calls go on again. */
  #read(gauge: string, sampler: () => unknown, nowMs: number): boolean {
    const reading = readGauge(sampler);
    if (typeof reading === 'number') {
      if (this.#told.delete(gauge)) {
        this.#changed({ gauge, state: 'up', because: 'it can be read again' });
      }
      return this.#gauges.sample(gauge, reading, nowMs);
    }
    this.#gauges.lose(gauge, reading.because, nowMs);
    if (this.#gauges.isLost(gauge, nowMs) && !this.#told.has(gauge)) {
      this.#told.add(gauge);
      this.#changed({ gauge, state: 'down', because: reading.because });
    }
    return false;
  }
}

import type { GaugeRule } from '../spec/limit.ts';
import { describeLimit, describePercent } from './describe-limit.ts';

/** Older readings fade in about this time, in ms. */
const FADE_MS = 1_000;
/** How much a gauge has to fall again where nobody said. */
const HYSTERESIS = 0.1;
/** How long the last reading of a gauge that cannot be read says how it stands, in ms. */
const KEEP_MS = 5_000;
/** A gauge that was just reached is looked at again so soon, in ms. */
const SOONEST_MS = 500;

/** How a limit on a gauge stands. */
export interface GaugeMeter {
  /** `coder: cpu < 80%`. */
  readonly limit: string;
  readonly rule: GaugeRule;
  /** Since when it holds calls back, epoch ms; `undefined` while it does not. */
  closedSince: number | undefined;
}

/**
 * Measured values, smoothed, and the limits on them. A limit that reached its threshold stays closed until the value has
 * fallen to where it may go on. Values restart with the process and are not in the journal.
 */
export class Gauges {
  readonly #readings = new Map<string, { value: number; at: number }>();
  readonly #meters: GaugeMeter[] = [];
  /** Gauges that cannot be read: since when, epoch ms, and why. */
  readonly #lost = new Map<string, { readonly since: number; readonly because: string }>();

  /** The gauges that some limit looks at. */
  get names(): readonly string[] {
    return [...new Set(this.#meters.map(({ rule }) => rule.gauge))];
  }

  /** Puts a limit on a gauge. */
  meter(owner: string, rule: GaugeRule): GaugeMeter {
    const limit = `${owner}: ${describeLimit(rule)}`;
    const meter: GaugeMeter = { limit, rule, closedSince: undefined };
    const known = this.#readings.get(rule.gauge);
    if (known !== undefined) move(meter, known.value, known.at);
    this.#meters.push(meter);
    return meter;
  }

  /**
   * Takes a reading of 0 to 1 at `at` (epoch ms) into account; one that is no number is passed over. Returns whether a
   * limit that held calls back lets them go on.
   */
  sample(gauge: string, reading: number, at: number): boolean {
    if (!Number.isFinite(reading)) return false;
    const wasLost = this.isLost(gauge, at);
    this.#lost.delete(gauge);
    const before = this.#readings.get(gauge);
    // Nothing is left of readings from before a first one, or from before the clock was set back.
    const passedMs =
      before === undefined || at < before.at ? Number.POSITIVE_INFINITY : at - before.at;
    const fresh = 1 - Math.exp(-passedMs / FADE_MS);
    const old = before?.value ?? 0;
    const value = old + fresh * (Math.min(1, Math.max(0, reading)) - old);
    this.#readings.set(gauge, { value, at });
    let opened = wasLost;
    for (const meter of this.#meters) {
      if (meter.rule.gauge === gauge) opened = move(meter, value, at) || opened;
    }
    return opened;
  }

  /** Takes note that a gauge cannot be read at `at`, and why. */
  lose(gauge: string, because: string, at: number): void {
    const since = Math.min(at, this.#lost.get(gauge)?.since ?? at);
    this.#lost.set(gauge, { since, because });
  }

  /** Whether nobody knows any more how a gauge stands at `now`, so that its limits hold calls back: there was no reading yet, or none for 5 s. */
  isLost(gauge: string, now: number): boolean {
    const lost = this.#lost.get(gauge);
    if (lost === undefined) return false;
    return !this.#readings.has(gauge) || now - lost.since >= KEEP_MS;
  }

  /** The smoothed value; `undefined` before the first reading. */
  reading(gauge: string): number | undefined {
    return this.#readings.get(gauge)?.value;
  }

  /** What keeps calls back at `now`; `untilAt` is a guess: as long again as it did already. */
  blocks(
    meter: GaugeMeter,
    now: number,
  ): { readonly untilAt: number; readonly why: string } | undefined {
    const { closedSince, rule } = meter;
    const lost = this.#lost.get(rule.gauge);
    if (lost !== undefined && this.isLost(rule.gauge, now)) {
      const untilAt = now + Math.max(SOONEST_MS, now - lost.since);
      return { untilAt, why: `${rule.gauge} cannot be read: ${lost.because}` };
    }
    if (closedSince === undefined) return undefined;
    const value = describePercent(Math.round((this.reading(rule.gauge) ?? 0) * 100) / 100);
    return {
      untilAt: now + Math.max(SOONEST_MS, now - closedSince),
      why: `${rule.gauge} is at ${value}, goes on at ${describePercent(resumeOf(rule))}`,
    };
  }
}

/** From where down calls go on. */
export function resumeOf({ below, resume }: GaugeRule): number {
  return resume ?? Math.max(below / 2, Math.round((below - HYSTERESIS) * 1e6) / 1e6);
}

/** Returns whether it opened. */
function move(meter: GaugeMeter, value: number, at: number): boolean {
  if (meter.closedSince === undefined) {
    if (value >= meter.rule.below) meter.closedSince = at;
    return false;
  }
  if (value > resumeOf(meter.rule)) return false;
  meter.closedSince = undefined;
  return true;
}

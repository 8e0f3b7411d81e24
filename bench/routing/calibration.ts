import { mean } from './protocol.ts';

/** A chance that was told, and what came of it. */
export interface Told {
  readonly chance: number;
  readonly happened: boolean;
}

const BINS = 10;

/** Expected calibration error: by how much tenths of chances told differ from what happened in them, weighted by their number. */
export function calibrationError(told: readonly Told[]): number {
  const bins = Array.from({ length: BINS }, (_, bin) =>
    told.filter(({ chance }) => Math.min(BINS - 1, Math.floor(chance * BINS)) === bin),
  );
  return bins.reduce((sum, bin) => {
    if (bin.length === 0) return sum;
    const off = mean(bin.map(({ chance, happened }) => chance - Number(happened)));
    return sum + (Math.abs(off) * bin.length) / told.length;
  }, 0);
}

/** The mean squared error of chances told (Brier, 1950). */
export function brier(told: readonly Told[]): number {
  return mean(told.map(({ chance, happened }) => (chance - Number(happened)) ** 2));
}

/** The same of somebody who always tells the share that happened. */
export function brierOfBaseRate(told: readonly Told[]): number {
  const rate = mean(told.map(({ happened }) => Number(happened)));
  return rate * (1 - rate);
}

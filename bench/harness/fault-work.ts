import type { Random } from './random.ts';

/** What a fault work is given. The same seed gives the same chance. */
export interface FaultSetting {
  readonly random: Random;
  /** How many times to try. */
  readonly trials: number;
  /** An empty folder on a real disk, removed afterwards. */
  readonly folder: string;
  readonly progress: (line: string) => void;
}

/** What came of the trials. */
export interface FaultReport {
  readonly trials: number;
  /** One sentence for each promise that was broken; empty when all held. */
  readonly violations: readonly string[];
  /** What was measured on the way, by name, with its unit. */
  readonly samples: Readonly<
    Record<string, { readonly unit: string; readonly values: readonly number[] }>
  >;
  /** Counts that say how hard it was. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Breaks something on purpose, again and again, and checks that what was promised still holds. */
export interface FaultWork {
  readonly summary: string;
  readonly trials: number;
  run(setting: FaultSetting): Promise<FaultReport>;
}

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
  /** What follows from all that, in a sentence. */
  readonly conclusion?: string;
}

/** Breaks something on purpose, again and again, and checks that what was promised still holds. */
export interface FaultWork {
  readonly summary: string;
  /** What its trials are called, and the option that says how many: `trials` where it is left out. */
  readonly counted?: 'trials' | 'kills' | 'seeds';
  /** How many there are where nobody says. */
  readonly trials: number;
  /** What is broken and what is checked, for `--help`. */
  readonly about?: string;
  run(setting: FaultSetting): Promise<FaultReport>;
}

import type { Subject } from './subject.ts';

/** One number that a work measures. Less is better for all of them. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
  /** Also quoted against the floor and the peer. */
  readonly compared: boolean;
}

/** What one measurement is given. */
export interface WorkSetting {
  /** The mock model service, where the work asks for it; else an empty text. */
  readonly baseURL: string;
  /** An empty folder on a real disk, removed afterwards. */
  readonly folder: string;
  /** What `prepare` found out, by name. */
  readonly prepared: Readonly<Record<string, string>>;
}

/** Something made once before the measurements, and given back after them. */
export interface Prepared extends AsyncDisposable {
  readonly values: Readonly<Record<string, string>>;
}

/** One thing to measure, the same for every subject. */
export interface Work {
  readonly summary: string;
  readonly metrics: readonly Metric[];
  /** Subjects measured by default, in order. */
  readonly subjects: readonly string[];
  /** Further subjects of `--peers`, by npm name. */
  readonly peers: readonly string[];
  /** The subject that ratios are quoted against beside `floor`. */
  readonly peer?: string;
  readonly repeats: number;
  /** Ends a measurement that hangs. */
  readonly timeoutMs: number;
  readonly needsServer: boolean;
  /** Pieces of each streamed answer; the default is 20. */
  readonly chunks?: number;
  prepare?(subjects: readonly string[]): Promise<Prepared>;
  /** Measures once, in a process of its own. Returns a number for each metric that it could measure. */
  measure(subject: Subject, setting: WorkSetting): Promise<Readonly<Record<string, number>>>;
}

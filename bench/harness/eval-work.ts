/** What an evaluation is given. */
export interface EvalSetting {
  /** The folder of `--data`; the work's own default where it was not given. */
  readonly data: string | undefined;
  readonly progress: (line: string) => void;
}

/** One figure of an evaluation. */
export interface EvalFigure {
  /** What was measured, where that is not the product as a whole: a method. */
  readonly subject?: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  /** The figure must not be under this. */
  readonly atLeast?: number;
  /** The figure must not be above this. */
  readonly atMost?: number;
  /** How many cases it is taken over. */
  readonly n: number;
}

/** What came of an evaluation. */
export interface EvalReport {
  readonly figures: readonly EvalFigure[];
  /** Cases worth a look, one line each. */
  readonly notes: readonly string[];
}

/** Measures how good something is on given data. */
export interface EvalWork {
  readonly summary: string;
  evaluate(setting: EvalSetting): Promise<EvalReport>;
}

/**
 * When a second model is asked the same, because the first gave no word in time. The first whole answer of the two counts,
 * and the other call is broken off. Only requests without tools are asked twice.
 */
export interface HedgeOptions {
  /** After how long without a first word, in ms; in place of `percentile`. */
  readonly afterMs?: number;
  /**
   * After how long, by how long the first words of that model took at that kind of task: when this many of 100 were there,
   * 50 to 99; the default is 95. Nothing is asked twice before 20 calls of the model are known, 100 for the 99th.
   */
  readonly percentile?: number;
  /** The most calls that are asked twice, as a share of all that are begun, above 0 to 1; the default is 0.05. */
  readonly share?: number;
}

/** The same with its defaults. */
export interface Hedge {
  readonly after: { readonly ms: number } | { readonly percentile: number };
  readonly share: number;
}

/** Fills in what was left out. */
export function hedgeOf({ afterMs, percentile = 95, share = 0.05 }: HedgeOptions): Hedge {
  return { after: afterMs === undefined ? { percentile } : { ms: afterMs }, share };
}

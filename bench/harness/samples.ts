/** One result as it is printed with `--json`: the median of `n` samples, with the least and the greatest. */
export interface ResultLine {
  readonly work: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

/** The middle value; the mean of the two middle ones for an even count. `NaN` for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Sums up the samples of one metric. */
export function resultLine(
  what: Pick<ResultLine, 'work' | 'subject' | 'metric' | 'unit'>,
  values: readonly number[],
): ResultLine {
  return {
    work: what.work,
    subject: what.subject,
    metric: what.metric,
    unit: what.unit,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    n: values.length,
  };
}

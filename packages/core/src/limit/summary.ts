/** What is known of a number that was seen several times; the variance is that of the values, not of their mean. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance; both 0 where nothing was seen. */
export function summarise(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0) return { count, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: squares / Math.max(1, count - 1) };
}

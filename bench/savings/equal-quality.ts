/** How a question came out, once by the setting that saves and once by the strong model alone. */
export interface Outcome {
  readonly question: string;
  readonly right: boolean;
  readonly strong: boolean;
}

/** What was lost against the strong model alone, in percentage points of right answers; below 0 where something was won. */
export interface Loss {
  readonly points: number;
  /** Half of the 95 % confidence interval of `points`. */
  readonly halfWidth: number;
  /** Questions, each counted once however often it was asked. */
  readonly questions: number;
}

/**
 * The loss over pairs: both answers are to the same questions, so that what is common to both cancels out. Questions that
 * were asked several times, in several partings of the data, count once, by their mean.
 */
export function pairedLoss(outcomes: readonly Outcome[]): Loss {
  const byQuestion = new Map<string, { sum: number; times: number }>();
  for (const { question, right, strong } of outcomes) {
    const known = byQuestion.get(question) ?? { sum: 0, times: 0 };
    known.sum += Number(strong) - Number(right);
    known.times += 1;
    byQuestion.set(question, known);
  }
  const losses = [...byQuestion.values()].map(({ sum, times }) => sum / times);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const variance =
    losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / Math.max(1, losses.length - 1);
  return {
    points: 100 * mean,
    halfWidth: 100 * Z * Math.sqrt(variance / losses.length),
    questions: losses.length,
  };
}

/** The standard error of the mean loss over partings, in points; each parting's questions are partly those of the others. */
export function errorOverPartings(partings: readonly (readonly Outcome[])[]): number {
  const losses = partings.map((outcomes) => pairedLoss(outcomes).points);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, losses.length - 1) / losses.length);
}

/** Whether the loss is one that these questions cannot tell from none. */
export function isEqual({ points, halfWidth }: Loss): boolean {
  return points <= halfWidth;
}

/** Of the normal distribution, for 95 %. */
const Z = 1.96;

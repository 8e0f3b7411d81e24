/** A question that two models answered, a strong one and a weak one. */
export interface Graded {
  readonly strong: boolean;
  readonly weak: boolean;
}

/** How good an order of questions is, from those that the weak model may keep to those that need the strong one. */
export interface RouteFigures {
  /** The share of the gap between the models that is won, on average over all shares of calls to the strong one. */
  readonly apgr: number;
  /** The percentage of calls to the strong model that win 20, 50 and 80 % of the gap. */
  readonly cpt20: number;
  readonly cpt50: number;
  readonly cpt80: number;
  /** The least percentage of calls to the strong model with which as many answers are right as by that model alone. */
  readonly callsAtEqual: number;
}

const BINS = 10;

/**
 * Judges scores (higher: rather the strong model) as RouteLLM does: thresholds at the tenths of the scores themselves, the
 * area under accuracy over calls by trapezoids, calls for a share of the gap by interpolation. Scores without ties.
 */
export function judgeRouter(scores: readonly number[], graded: readonly Graded[]): RouteFigures {
  const sorted = [...scores].sort((a, b) => a - b);
  const points = Array.from({ length: BINS + 1 }, (_, bin) => {
    const threshold = quantile(sorted, bin / BINS);
    return pointAt(scores, graded, (score) =>
      bin === BINS ? score > threshold : score >= threshold,
    );
  }).reverse();
  const weak = share(graded, ({ weak: right }) => right);
  const strong = share(graded, ({ strong: right }) => right);
  const span = (points.at(-1)?.calls ?? 0) - (points[0]?.calls ?? 0);
  const callsFor = (part: number): number =>
    100 * interpolate(points, weak + part * (strong - weak));
  return {
    apgr: (area(points) - weak * span) / ((strong - weak) * span),
    cpt20: callsFor(0.2),
    cpt50: callsFor(0.5),
    cpt80: callsFor(0.8),
    callsAtEqual: 100 * firstReaching(points, strong),
  };
}

/** The share of cases that are so. */
function share<T>(cases: readonly T[], isSo: (one: T) => boolean): number {
  return cases.filter(isSo).length / cases.length;
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Point {
  /** Share of calls that go to the strong model. */
  readonly calls: number;
  readonly accuracy: number;
}

function pointAt(
  scores: readonly number[],
  graded: readonly Graded[],
  isStrong: (score: number) => boolean,
): Point {
  let calls = 0;
  let right = 0;
  for (const [at, { strong, weak }] of graded.entries()) {
    const goesUp = isStrong(scores[at] ?? 0);
    if (goesUp) calls += 1;
    if (goesUp ? strong : weak) right += 1;
  }
  return { calls: calls / graded.length, accuracy: right / graded.length };
}

function area(points: readonly Point[]): number {
  let sum = 0;
  for (const [at, point] of points.entries()) {
    const before = points[at - 1];
    if (before === undefined) continue;
    sum += ((point.calls - before.calls) * (point.accuracy + before.accuracy)) / 2;
  }
  return sum;
}

/** The share of calls at an accuracy, on the line through the points. */
function interpolate(points: readonly Point[], accuracy: number): number {
  // As numpy's interp does where accuracy is not monotone: the last rise past it counts by bisection.
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.accuracy ?? 0) <= accuracy) low = middle;
    else high = middle;
  }
  const [a, b] = [points[low], points[high]];
  if (a === undefined || b === undefined) return 1;
  if (accuracy <= a.accuracy) return a.calls;
  if (accuracy >= b.accuracy) return b.calls;
  return a.calls + ((b.calls - a.calls) * (accuracy - a.accuracy)) / (b.accuracy - a.accuracy);
}

/** The first share of calls that reaches an accuracy; more calls than that may lose some again. */
function firstReaching(points: readonly Point[], accuracy: number): number {
  const at = points.findIndex((point) => point.accuracy >= accuracy);
  const [before, after] = [points[at - 1], points[at]];
  if (after === undefined) return 1;
  if (before === undefined) return after.calls;
  const part = (accuracy - before.accuracy) / (after.accuracy - before.accuracy);
  return before.calls + part * (after.calls - before.calls);
}

/** With linear interpolation between neighbours. */
function quantile(sorted: readonly number[], at: number): number {
  const place = at * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

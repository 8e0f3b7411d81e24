import { RecentMap } from '../internal/recent-map.ts';

/** Running sums of one model's outcomes against the length of their texts. */
interface Sums {
  readonly n: number;
  readonly x: number;
  readonly xx: number;
  readonly y: number;
  readonly xy: number;
}

/** What a snapshot holds of a `LengthPrior`. */
export type LengthBody = readonly (readonly [string, number, number, number, number, number])[];

/** Twice the spread of ordinary instructions: a step of `x` is a text e^0.8 times as long. */
const SPREAD = 0.8;
/** The length of an ordinary instruction, in characters. */
const ORDINARY = 300;
/** By how much the log-odds of success fall with each step of `x`, before anything is known. */
const SLOPE = 0.9;
/** How many outcomes that expectation counts for. */
const WEIGHT = 100;
const NONE: Sums = { n: 0, x: 0, xx: 0, y: 0, xy: 0 };
/** The most that length alone may change a chance by. */
const MOST = 0.2;
const MODELS = 500;

/**
 * Longer tasks are harder: what the length of a text says of the chance that a model's answer is accepted. Begins with
 * an expectation and is drawn towards what outcomes show, by a regression of one coefficient for each model.
 */
export class LengthPrior {
  readonly #models = new RecentMap<Sums>(MODELS);

  /** Takes note of one outcome on a text of so many characters; returns the model that was forgotten for it, if one was. */
  note(model: string, length: number, good: boolean): string | undefined {
    const { n, x, xx, y, xy } = this.#models.get(model) ?? NONE;
    const step = stepOf(length);
    const value = good ? 1 : 0;
    return this.#models.set(model, {
      n: n + 1,
      x: x + step,
      xx: xx + step ** 2,
      y: y + value,
      xy: xy + step * value,
    });
  }

  /** By how much the chance of success of a model whose usual chance is `mean` differs at a text of that length. */
  shift(model: string, length: number, mean: number): number {
    return this.shiftAt(model, stepOf(length), mean);
  }

  /** The same for the `stepOf` a length, which is the same for all models. */
  shiftAt(model: string, step: number, mean: number): number {
    const { slope, middle } = this.lineOf(model, mean);
    return shiftAlong(slope, middle, step);
  }

  /** What all shifts of a model whose usual chance is `mean` lie on. */
  lineOf(model: string, mean: number): LengthLine {
    const { n, x, xx, y, xy } = this.#models.get(model) ?? NONE;
    // A weaker model loses more by a hard task than one that hardly ever fails.
    const expected = -SLOPE * mean * (1 - mean);
    const centre = n === 0 ? 0 : x / n;
    const together = n === 0 ? 0 : xy - (x * y) / n;
    const spread = n === 0 ? 0 : xx - x ** 2 / n;
    const slope = (together + WEIGHT * expected) / (spread + WEIGHT);
    // Until there are outcomes, the ordinary length is the middle; then their own.
    const middle = (centre * n) / (n + WEIGHT / 10);
    return { slope, middle };
  }

  /** Everything that is known, for a snapshot. */
  body(): LengthBody {
    return [...this.#models].map(([model, { n, x, xx, y, xy }]) => [model, n, x, xx, y, xy]);
  }

  /** Takes up what `body` gave, in place of what is known. */
  restore(body: LengthBody): void {
    this.#models.clear();
    for (const [model, n, x, xx, y, xy] of body) this.#models.set(model, { n, x, xx, y, xy });
  }
}

/** By how much a chance of success changes with each step of length, and at which step it does not. */
export interface LengthLine {
  readonly slope: number;
  readonly middle: number;
}

/** By how much the chance differs at a `stepOf` a length, along such a line. */
export function shiftAlong(slope: number, middle: number, step: number): number {
  return Math.max(-MOST, Math.min(MOST, slope * (step - middle)));
}

/** A length in characters as steps from the ordinary one, on a scale of logarithms; -3 to 3. */
export function stepOf(length: number): number {
  return Math.max(-3, Math.min(3, (Math.log(Math.max(1, length)) - Math.log(ORDINARY)) / SPREAD));
}

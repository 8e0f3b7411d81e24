import type { EvalFigure } from '../harness/eval-work.ts';
import { errorOverPartings, isEqual, pairedLoss } from './equal-quality.ts';
import type { Played } from './play.ts';
import { type Spent, savedOf, sumOf } from './spent.ts';

/** One way to save, as it was played. */
export interface Lever {
  readonly subject: string;
  /** By parting. */
  readonly played: readonly (readonly Played[])[];
}

/** What a lever is measured by: the strong model alone with the same prompts, or a plain team. */
export type Beside = 'alone' | 'plain';

/** What a lever loses and saves; `leastSaved` is a bar, in percent of the strong model's tokens, and asks for equal quality. */
export function leverFigures(
  { subject, played }: Lever,
  beside: Beside,
  leastSaved?: number,
): readonly EvalFigure[] {
  const all = played.flat();
  const outcomes = played.map((parting) => parting.map(({ outcome }) => outcome));
  const { points, halfWidth, questions: n } = pairedLoss(outcomes.flat());
  const bar = leastSaved === undefined ? {} : { atMost: halfWidth };
  const error = errorOverPartings(outcomes);
  return [
    { subject, metric: 'loss', unit: 'points', value: points, n, ...bar },
    { subject, metric: 'lossHalfInterval', unit: 'points', value: halfWidth, n },
    ...(played.length < 2
      ? []
      : [{ subject, metric: 'lossError', unit: 'points, over partings', value: error, n }]),
    ...savedFigures(subject, all, beside, n, leastSaved),
  ];
}

/** What is saved alone, where nothing can be lost. */
export function savedFigures(
  subject: string,
  played: readonly Pick<Played, 'spent' | Beside>[],
  beside: Beside,
  n: number,
  leastSaved?: number,
): readonly EvalFigure[] {
  const sum = (part: 'spent' | Beside): Spent => sumOf(played.map((one) => one[part]));
  const saved = savedOf(sum('spent'), sum(beside));
  const bar = leastSaved === undefined ? {} : { atLeast: leastSaved };
  return [
    { subject, metric: 'strongTokensSaved', unit: '%', value: saved.strong, n, ...bar },
    { subject, metric: 'usdSaved', unit: '%', value: saved.usd, n },
    { subject, metric: 'tokensSaved', unit: '%', value: saved.tokens, n },
  ];
}

/** Whether what a lever loses cannot be told from nothing. */
export function keepsQuality({ played }: Lever): boolean {
  return isEqual(pairedLoss(played.flat().map(({ outcome }) => outcome)));
}

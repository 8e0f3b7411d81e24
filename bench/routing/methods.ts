import { EscalationGain, viewAnswer } from '../../packages/core/src/route/escalation-gain.ts';
import { LearnedQuality } from '../../packages/core/src/route/learned-quality.ts';
import { type Random, seeded } from '../harness/random.ts';
import type { Row } from './rows.ts';

/** Scores questions, higher where rather the strong model should answer, from what it learned of others. */
export type Method = (
  train: readonly Row[],
  test: readonly Row[],
  seed: number,
) => readonly number[];

/** Chance alone. */
export const random: Method = (_train, test, seed) => test.map(seeded(seed));

/** The length of the question; no labels. */
export const length: Method = (_train, test, seed) => {
  const chance = seeded(seed);
  return test.map(({ prompt }) => prompt.length + chance());
};

/** The product's prediction of both models' quality, before any call, from what it knows of a task: its text and kind. */
export const learned: Method = (train, test, seed) =>
  scoresBy(train, test, seed, ({ kind }) => kind);

/** The same without the kind, as routers see questions that know nothing else. */
export const learnedWithoutKind: Method = (train, test, seed) =>
  scoresBy(train, test, seed, () => 'question');

/** The weak model answers first; the product's estimate of what the strong one would bring, from that answer. */
export const cascade: Method = (train, test, seed) => {
  const gains = new EscalationGain();
  for (const row of train) {
    gains.note({ ...viewOf(row), gain: Number(row.strong) - Number(row.weak) });
  }
  const chance = seeded(seed);
  return test.map((row) => (gains.predict(viewOf(row)) ?? 0) + tieBreak(chance));
};

/** The product's quality of both models, learned from labelled rows. */
export function learnFrom(train: readonly Row[], kindOf: (row: Row) => string): LearnedQuality {
  const quality = new LearnedQuality(Math.max(2_048, train.length));
  for (const row of train) {
    const difficulty = { kind: kindOf(row), text: row.prompt };
    quality.note('strong', difficulty, row.strong);
    quality.note('weak', difficulty, row.weak);
  }
  return quality;
}

function scoresBy(
  train: readonly Row[],
  test: readonly Row[],
  seed: number,
  kindOf: (row: Row) => string,
): readonly number[] {
  const quality = learnFrom(train, kindOf);
  const chance = seeded(seed);
  return test.map((row) => {
    const difficulty = { kind: kindOf(row), text: row.prompt };
    const [strong, weak] = quality.predict(['strong', 'weak'], difficulty);
    return (strong?.quality ?? 0) - (weak?.quality ?? 0) + tieBreak(chance);
  });
}

function viewOf({ prompt, weakResponse = '' }: Row): ReturnType<typeof viewAnswer> {
  return viewAnswer({ task: prompt, answer: weakResponse });
}

/** Scores must differ for their tenths to be tenths. */
function tieBreak(chance: Random): number {
  return chance() * 1e-9;
}

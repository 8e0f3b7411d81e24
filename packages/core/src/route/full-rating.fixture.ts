import type { Candidate } from './candidates.ts';
import type { ChoiceInput } from './choose-model.ts';
import type { Member } from './member.ts';
import { type Expected, SAME_SCORE, scoreOf } from './score.ts';

/** The order in which candidates stand, and what is expected of each of them. */
export interface FullRating {
  readonly order: readonly string[];
  readonly expected: ReadonlyMap<string, Expected>;
}

/**
 * The order of candidates by its definition: every candidate is rated anew, and every two are compared by all that is
 * known of both. For `declared` and `score`, whose order no answer to the task has changed yet but by its refusal.
 */
export function rateInFull(
  { candidates, refusals, rating }: ChoiceInput,
  expectedOf: (member: Member) => Expected,
): FullRating {
  if (rating === undefined) throw new Error('There is nothing to rate by.');
  const { routing, isLearned, weights, warm } = rating;
  const isDeclared = routing.mode === 'declared';
  const hasSay = !isDeclared || (isLearned && hasEquals(candidates));
  const expected = new Map(
    hasSay ? candidates.map(({ member }) => [member.name, expectedOf(member)] as const) : [],
  );
  const isUnknown = (rank: number): boolean =>
    candidates.some(
      (one) => one.rank === rank && (expected.get(one.member.name)?.outcomes ?? 0) < 10,
    );
  const stepOf = ({ member, rank }: Candidate): number => {
    const one = expected.get(member.name);
    if (one === undefined || (isDeclared && isUnknown(rank))) return 0;
    return Math.round(scoreOf(one, weights) / SAME_SCORE);
  };
  const standing = ({ member, rank }: Candidate): number => {
    const refused = refusals.get(member.name) ?? 0;
    if (refused >= 2) return rank + 1_000 * refused;
    return refused === 1 ? rank - 0.5 : rank;
  };
  const keys = (one: Candidate): readonly number[] => [
    standing(one),
    -stepOf(one),
    warm(one.member) === undefined ? 1 : 0,
    one.member.limits.running,
    one.member.order,
  ];
  const order = candidates.toSorted((a, b) => {
    const [x, y] = [keys(a), keys(b)];
    const at = x.findIndex((key, place) => key !== y[place]);
    return (x[at] ?? 0) - (y[at] ?? 0);
  });
  return { order: order.map(({ member }) => member.name), expected };
}

function hasEquals(candidates: readonly Candidate[]): boolean {
  return new Set(candidates.map(({ rank }) => rank)).size < candidates.length;
}

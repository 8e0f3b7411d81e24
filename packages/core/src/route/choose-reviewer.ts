import type { Candidate } from './candidates.ts';
import { type Choice, type ChoiceInput, chooseModel } from './choose-model.ts';

/** What is said of a review that only the author of the work could make. */
export const OWN_REVIEW = 'reviewed by its own author, because nobody else can';

/** What the choice of a reviewer depends on beside all else. */
export interface ReviewerChoice extends ChoiceInput {
  /** The model whose work is judged. */
  readonly author: string;
  /** Who reviews work where nobody else can answer what is asked. */
  readonly reviewers: readonly Candidate[];
}

/**
 * Picks who judges a model's work: never its author where another model of the candidates, their fallbacks or the
 * reviewers can do it, now or later; the author only where nobody else ever can, and then the choice says so. Pure.
 */
export function chooseReviewer({ author, reviewers, ...input }: ReviewerChoice): Choice {
  const excluded = new Map(input.excluded).set(author, 'its work is judged');
  const other = chooseModel({ ...input, excluded });
  if (other.kind !== 'never') return other;
  const reviewer = chooseModel({ ...input, candidates: reviewers, excluded });
  if (reviewer.kind !== 'never') return reviewer;
  const own = chooseModel(input);
  if (own.kind === 'never') return own;
  return { ...own, because: `${own.because}; ${OWN_REVIEW}` };
}

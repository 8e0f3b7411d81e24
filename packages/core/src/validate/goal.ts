import { jsonText } from '../internal/json-text.ts';
import { untrusted } from '../prompt/untrusted.ts';
import type { ValidationContext, Validator } from '../spec/validator.ts';
import { review, VERDICT_FORM } from './review.ts';

/** How much of the goal the judge is shown, and of all results together, in characters. */
const SHOWN = { goal: 24_000, results: 96_000 };

const { conclude } = review();

/**
 * Asks the overseer model whether what the tasks before this one gave, taken together, reaches the goal that is the
 * check's value. Its reply is read as that of a review.
 */
export const goalValidator: Validator = {
  spec: 'validator/1',
  tier: 'overseer',
  validate: async (_, ctx) => ({ kind: 'ask', of: { role: 'overseer' }, request: requestFor(ctx) }),
  ...(conclude === undefined ? {} : { conclude }),
};

function requestFor({ value, inputs = [] }: ValidationContext): string {
  const goal = jsonText(value ?? '');
  const cap = Math.floor(SHOWN.results / Math.max(1, inputs.length));
  return [
    'Do these results, taken together, reach the goal, correctly and completely?',
    untrusted('the goal', goal, SHOWN.goal),
    ...inputs.map(({ key, title, output }) => untrusted(`${key}: ${title}`, output, cap)),
    VERDICT_FORM,
  ].join('\n\n');
}

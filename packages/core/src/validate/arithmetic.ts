import { equationsIn } from '../route/equations.ts';
import type { Validator } from '../spec/validator.ts';

const MOST_FINDINGS = 10;

/** Refuses an answer in which a sum that is written out, such as `3 × 4 = 13`, does not come out. One without sums passes. */
export const arithmeticValidator: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async ({ text }) => {
    const equations = equationsIn(text);
    const wrong = equations.filter(({ holds }) => !holds);
    if (wrong.length === 0) return { kind: 'pass', evidence: `${equations.length} sums come out` };
    return {
      kind: 'fail',
      findings: wrong
        .slice(0, MOST_FINDINGS)
        .map(({ text: sum, value }) => ({ message: `${sum} does not come out: it is ${value}.` })),
      hint: 'Reckon these again, and all that was built on them.',
    };
  },
};

import type { Validator, Verdict } from '../spec/validator.ts';

/** One for all, as nearly every answer gets it. */
const PASS: Verdict = Object.freeze({ kind: 'pass' });

/** Refuses an answer that is empty: nothing said and no file changed. */
export const answerValidator: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: (answer, ctx) =>
    answer.text.trim() !== '' || ctx.changed.length > 0
      ? PASS
      : {
          kind: 'fail',
          findings: [{ message: 'The answer is empty, and no file was changed.' }],
          hint: 'Do the task and say what was done.',
        },
};

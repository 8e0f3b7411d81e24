import type { Validator } from '../spec/validator.ts';

/** Refuses an answer that is empty: nothing said and no file changed. */
export const answerValidator: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: (answer, ctx) =>
    answer.text.trim() !== '' || ctx.changed.length > 0
      ? { kind: 'pass' }
      : {
          kind: 'fail',
          findings: [{ message: 'The answer is empty, and no file was changed.' }],
          hint: 'Do the task and say what was done.',
        },
};

import { parsePlan } from '../plan/plan-schema.ts';
import type { Validator } from '../spec/validator.ts';
import { readPlanCheck } from './plan-checks.ts';

/**
 * Refuses a plan that breaks the schema, names what is not there, or goes in a circle. Tasks may ask for the checks that
 * the plan task has on record, or else for any of `checkKinds`.
 */
export function planValidator(checkKinds: () => readonly string[]): Validator {
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async (answer, { task, value }) => {
      const wanted = readPlanCheck(value);
      const plan = await parsePlan(answer.text, [task], wanted);
      if (!plan.ok)
        return { kind: 'fail', findings: plan.problems.map((message) => ({ message })) };
      const offered = wanted?.kinds;
      const known = offered === undefined ? checkKinds() : ['answer', ...offered];
      const unknown = plan.tasks.flatMap((task) =>
        (task.checks ?? [])
          .filter((check) => !known.includes(check.kind))
          .map(
            (check) =>
              `Task ${task.key} asks for the check ${check.kind}; known: ${known.join(', ')}.`,
          ),
      );
      return unknown.length === 0
        ? { kind: 'pass' }
        : { kind: 'fail', findings: unknown.map((message) => ({ message })) };
    },
  };
}

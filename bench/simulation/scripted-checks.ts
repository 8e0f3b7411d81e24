import type { Validator } from '@overseer/core/spec';
import { pick } from './chance.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** Checks: one that reads the answer, one that breaks now and then, one that asks a reviewer. */
export function scriptedValidators(
  world: World,
  process: SimulatedProcess,
): Readonly<Record<string, Validator>> {
  const random = world.random('checks');
  const pause = async (): Promise<void> => {
    await process.survive();
    if (random() < 0.2) await process.hang(pick(random, [1, 500, 500, 500, 90_000]));
  };
  const secondLook = reviewOf(pause);
  return {
    right: {
      spec: 'validator/1',
      tier: 'automated',
      validate: async (answer, { task }) => {
        await pause();
        const isRight = answer.text.includes('right') || task.kind === 'check';
        return isRight ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: 'not right' }] };
      },
    },
    throws: {
      spec: 'validator/1',
      tier: 'automated',
      validate: async () => {
        await pause();
        if (random() < 0.3) throw new Error('the check is out of order');
        return { kind: 'pass' };
      },
    },
    'second-look': secondLook,
    person: {
      spec: 'validator/1',
      tier: 'person',
      validate: async () => ({ kind: 'ask', of: { person: 'ada' }, request: 'Is it right?' }),
      conclude: async (reply) => {
        await pause();
        return reply === 'yes'
          ? { kind: 'pass' }
          : { kind: 'fail', findings: [{ message: 'ada refused it' }] };
      },
    },
    review: secondLook,
    goal: goalReview(secondLook),
  };
}

function reviewOf(pause: () => Promise<void>): Validator {
  return {
    spec: 'validator/1',
    tier: 'peer',
    validate: async (_, { task }) => {
      await pause();
      const subject = /\[(R\d+\/\S+?)\]/.exec(task.instruction)?.[1] ?? '';
      return {
        kind: 'ask',
        of: { role: 'reviewer' },
        request: `[review of ${subject}] is it right?`,
      };
    },
    conclude: async (reply) => {
      await pause();
      return reply === 'accepted'
        ? { kind: 'pass' }
        : { kind: 'fail', findings: [{ message: 'a reviewer refused it' }] };
    },
  };
}

/** The closing judgement of a goal, which stands in the check's value. */
function goalReview(secondLook: Validator): Validator {
  return {
    ...secondLook,
    tier: 'overseer',
    validate: async (_, { task, value }) => {
      const run = /\[(R\d+)\/goal\]/.exec(String(value))?.[1] ?? '';
      const request = `[review of ${run}/${task.key}] is it whole?`;
      return { kind: 'ask', of: { role: 'overseer' }, request };
    },
  };
}

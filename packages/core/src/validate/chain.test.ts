import { describe, expect, it } from 'vitest';
import type { PlanTask } from '../spec/task.ts';
import type { ValidationTier, Validator } from '../spec/validator.ts';
import { chainFor } from './chain.ts';
import { taskOf } from './context.fixture.ts';

const validators = new Map<string, Validator>([
  ['answer', validatorOf('automated')],
  ['plan', validatorOf('automated')],
  ['approve', validatorOf('person')],
  ['review', validatorOf('overseer')],
  ['second', validatorOf('peer')],
  ['probe', validatorOf('tool')],
  ['command', validatorOf('automated')],
]);

describe('chainFor', () => {
  it('V1: puts the tiers in order, and keeps the given order within one', () => {
    const checks = ['approve', 'command', 'review', 'second', 'probe', 'command'].map(
      (kind, value) => ({ kind, value }),
    );
    expect(chain({ checks })).toEqual([
      'answer',
      'command 1',
      'command 5',
      'probe 4',
      'second 3',
      'review 2',
      'approve 0',
    ]);
  });

  it('V1: asks every task for an answer, a plan for a plan, and a check for its checks alone', () => {
    const checks = [{ kind: 'command', value: 'npm test' }];
    expect(chain({ kind: 'document' })).toEqual(['answer']);
    expect(chain({ kind: 'plan', checks })).toEqual(['plan', 'command npm test']);
    expect(chain({ kind: 'check', checks })).toEqual(['command npm test']);
    expect(chain({ kind: 'check' })).toEqual([]);
  });

  it('V1: refuses a check that no validator makes, and suggests the nearest', () => {
    const unknown =
      (kind: string): (() => unknown) =>
      () =>
        chain({ checks: [{ kind }] });
    expect(unknown('comand')).toThrow(
      expect.objectContaining({
        code: 'plan.unknown-check',
        message: expect.stringMatching(
          /^Task t asks for the check "comand": did you mean "command"/,
        ),
      }),
    );
    expect(unknown('constructor')).toThrow(/known: answer, approve/);
  });
});

function chain(task: Partial<PlanTask>): readonly string[] {
  return chainFor(taskOf(task), validators).map(({ name, validator, value }) => {
    expect(validator).toBe(validators.get(name));
    return value === undefined ? name : `${name} ${String(value)}`;
  });
}

function validatorOf(tier: ValidationTier): Validator {
  return { spec: 'validator/1', tier, validate: async () => ({ kind: 'pass' }) };
}

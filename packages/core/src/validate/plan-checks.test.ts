import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import type { TaskInput } from '../spec/task.ts';
import type { Validator } from '../spec/validator.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { checksOfPlanned, planCheck, plannableChecks, readPlanCheck } from './plan-checks.ts';

const passing: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async () => ({ kind: 'pass' }),
};
const running: Validator = { ...passing, permissions: ['execute'] };
const validators = new Map([
  ['answer', passing],
  ['plan', passing],
  ['review', passing],
  ['files', passing],
  ['command', running],
]);

describe('plannableChecks', () => {
  it('T5 K1: a plan cannot have a command of its own run, unless the overseer role may execute', () => {
    expect(plannableChecks(validators, [])).toEqual(['review', 'files']);
    expect(plannableChecks(validators, ['execute'])).toEqual(['review', 'files', 'command']);
  });
});

describe('checksOfPlanned', () => {
  const always = [{ kind: 'command', value: 'npm test' }];
  const of = (task: Omit<TaskInput, 'instruction'>, kinds: readonly string[], wanted = always) =>
    checksOfPlanned({ instruction: 'x', ...task }, { kinds, always: wanted });

  it('K1 V1: a task that has no check of any kind is reviewed', () => {
    expect(of({}, ['review'], [])).toEqual([{ kind: 'review' }]);
  });

  it('K1 V1: a task that names files must have written them, where there is a check for that', () => {
    expect(of({ files: ['a.md'] }, ['files'], [])).toEqual([{ kind: 'files' }]);
    expect(of({ files: ['a.md'] }, ['review'], [])).toEqual([{ kind: 'review' }]);
    expect(of({ files: [] }, ['files'], [])).toEqual([{ kind: 'review' }]);
  });

  it('K1 V1: what the host wants of every task comes beside its own checks, and nothing comes twice', () => {
    const own = [{ kind: 'review', value: 'the tone' }, { kind: 'files' }];
    expect(of({ checks: own, files: ['a'] }, ['files', 'review'])).toEqual([...own, ...always]);
    expect(of({ checks: always }, [])).toEqual(always);
  });
});

describe('planCheck', () => {
  it('R2: what a plan may ask for is read back from the record', () => {
    const checks = { kinds: ['review'], always: [{ kind: 'tsc' }] };
    expect(readPlanCheck(planCheck(checks).value)).toEqual(checks);
    expect(readPlanCheck(undefined)).toBeUndefined();
    expect(readPlanCheck('review')).toBeUndefined();
  });
});

describe('a goal in words', () => {
  it('K1 T5 V1: gets the checks of the host, is told which it may choose, and cannot choose others', async () => {
    const planOf = (kind: string) => ({
      tasks: [
        {
          key: 'a',
          title: 'A',
          instruction: 'Do a.',
          kind: 'write',
          needs: [],
          files: [],
          role: null,
          priority: 'medium',
          checks: [{ kind, value: null }],
        },
      ],
    });
    const model = fakeModel({
      reply: (_, nth) =>
        nth <= 2
          ? { text: JSON.stringify(planOf(nth === 1 ? 'command' : 'tone')) }
          : { text: 'done' },
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      validators: { command: running, tone: passing, size: passing },
    });
    const run = overseer.run('Do it.', {
      checks: [{ kind: 'size', value: 3 }],
      finalChecks: [],
    });
    expect(await run.result).toMatchObject({ status: 'completed' });
    const prompts = model.requests.map(({ messages }) => JSON.stringify(messages));
    expect(prompts[0]).toContain('Checks may be of these kinds: review, tone, size.');
    expect(prompts[1]).toContain('Task a asks for the check command; known: answer, review, tone');
    const planned = [];
    for await (const event of run) {
      if (event.type === 'plan.accepted' && event.data.by === 'model') planned.push(event.data);
    }
    expect(planned[0]?.tasks[0]?.checks).toEqual([{ kind: 'tone' }, { kind: 'size', value: 3 }]);
  });
});

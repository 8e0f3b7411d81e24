import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import type { ModelRequest } from '../spec/model.ts';
import type { Finding, Validator } from '../spec/validator.ts';
import { fakeModel } from '../testing/fake-model.ts';

/** What is asked after an answer of `a` was refused: of `b`, as nothing is left of `a`, or of `a` where it is alone. */
async function askedAfter(findings: readonly Finding[], isAlone: boolean): Promise<string> {
  const requests: ModelRequest[] = [];
  const model = fakeModel({
    reply: (request) => {
      requests.push(request);
      return { text: requests.length === 1 ? 'the wrong answer' : 'good' };
    },
  });
  const good: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    validate: ({ text }) =>
      text === 'good' ? { kind: 'pass' } : { kind: 'fail', findings: [...findings] },
  };
  await using overseer = await createOverseer({
    overseer: 'o',
    models: {
      o: { model },
      a: { model, role: 'worker', limits: isAlone ? [] : ['1 call / 1d'] },
      b: { model, role: isAlone ? 'reviewer' : 'worker' },
    },
    validators: { good },
  });
  const task = { instruction: 'Say it.', checks: [{ kind: 'good' }] };
  const { status } = await overseer.run({ tasks: [task] }).result;
  expect([status, requests.length]).toEqual(['completed', 2]);
  return JSON.stringify(requests[1]?.messages);
}

it('L8: another model reads of a refused answer only where somebody said what was wrong with it', async () => {
  const findings = [{ message: 'Too short.' }];
  expect(await askedAfter(findings, false)).toMatch(/the wrong answer.*Too short/);
  expect(await askedAfter([], false)).not.toContain('the wrong answer');
  expect(await askedAfter([], true)).toContain('the wrong answer');
});

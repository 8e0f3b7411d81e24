import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import type { Validator } from '../spec/validator.ts';
import { fakeModel } from '../testing/fake-model.ts';

it('V1 K6: a check that never comes back is given up in its time, hears so, and leaves its place to others', async () => {
  const heard: unknown[] = [];
  const hangs: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    timeoutMs: 20,
    validate: (_answer, { signal }) => {
      signal.addEventListener('abort', () => heard.push(signal.reason));
      return new Promise(() => undefined);
    },
  };
  const fine: Validator = {
    spec: 'validator/1',
    tier: 'automated',
    validate: async () => ({ kind: 'pass' }),
  };
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    validators: { hangs, fine },
    checksAtOnce: 1,
    maxAttempts: 1,
  });
  const result = await overseer.run({
    tasks: [
      { key: 'stuck', instruction: 'x', checks: [{ kind: 'hangs' }] },
      { key: 'free', instruction: 'y', checks: [{ kind: 'fine' }] },
    ],
  }).result;
  expect(result.tasks.map(({ status }) => status)).toEqual(['failed', 'done']);
  expect(result.tasks[0]?.reason).toContain('it was not over within 0.02 s');
  expect(heard).toHaveLength(1);
});

import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import type { GrantInput } from './run/grant-orders.ts';
import { callerOf, teamOf, toolThat } from './tool-calls.fixture.ts';

it('T5 X5: a grant that says something nobody heeds is refused, and nothing is given', async () => {
  await using overseer = await createOverseer({
    ...teamOf(callerOf('deploy'), ['deploy']),
    tools: { deploy: toolThat(async () => 'deployed', { permissions: ['write'] }) },
  });
  const to = { role: 'worker' };
  const wrong: readonly (readonly [grant: object, words: string])[] = [
    [
      { permission: 'write', to: { ...to, user: 'ada' }, uses: 5 },
      'Unknown field of "to" in a grant: "user"; known: model, role, run, task.',
    ],
    [
      { permission: 'write', to, use: 5, forMs: 1_000 },
      'Unknown field of a grant: "use"; did you mean "uses"?',
    ],
    [{ permission: 'write', to, forMs: 1_000, tenant: undefined }, '"tenant"'],
    [
      { permission: 'write', to: { ...to, run: undefined }, forMs: 1_000 },
      'run in "to" is undefined, and no name',
    ],
  ];
  for (const [grant, words] of wrong) {
    await expect(overseer.grant(grant as GrantInput)).rejects.toMatchObject({
      code: 'config.grant',
      message: expect.stringContaining(words),
    });
  }
  expect(overseer.grants()).toEqual([]);
});

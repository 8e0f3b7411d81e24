import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { fakeModel } from './testing/fake-model.ts';
import { eventsOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

it('X5 R9: tools that a model makes up are one group of failures, and push no other out of the report', async () => {
  const model = fakeModel({
    reply: (_, nth) => ({
      toolCalls: [1, 2, 3].map((n) => ({ name: `made-up-${nth}-${n}`, input: {} })),
    }),
  });
  await using overseer = await createOverseer({
    ...teamOf(model, ['search']),
    tools: { search: toolThat(async () => 'found') },
    maxAttempts: 2,
  });
  const run = overseer.run(tasksOf(1));
  expect((await run.result).status).toBe('failed');
  const { groups, more } = await overseer.failures(run.id);
  const made = groups.filter(({ cause }) => cause === 'tool-refused');
  expect(made).toMatchObject([{ where: { kind: 'tool', name: '(unknown)' } }]);
  expect(made[0]?.times).toBeGreaterThan(50);
  expect(made[0]?.message).toContain('There is no tool "made-up-');
  expect(groups.some(({ cause }) => cause !== 'tool-refused')).toBe(true);
  expect(more).toBe(0);
});

it('X5 R9: the name of a made-up tool whose input was put right is one short line of the record', async () => {
  const name = `x\n\u001b[2J${'y'.repeat(5_000)}`;
  const broken = { name, input: '{"a": 1,}', invalid: 'no JSON' };
  const model = fakeModel({
    reply: (_, nth) => (nth === 1 ? { toolCalls: [broken] } : { text: 'done' }),
  });
  await using overseer = await createOverseer({
    ...teamOf(model, ['search']),
    tools: { search: toolThat(async () => 'found') },
  });
  const run = overseer.run(tasksOf(1));
  await run.result;
  const told = (await eventsOf(run)).flatMap((event) =>
    event.type === 'attempt.recovered' ? [event.data.because] : [],
  );
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^the input of x \[2Jy+… was no JSON and was put right: /);
  expect(told[0]?.length).toBeLessThan(400);
});

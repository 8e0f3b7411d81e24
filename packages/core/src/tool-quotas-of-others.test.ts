import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { fakeModel } from './testing/fake-model.ts';
import { tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

it('T5 L1: runs that never call a tool leave nothing of its quota behind', async () => {
  await using overseer = await createOverseer({
    ...teamOf(fakeModel({ reply: () => ({ text: 'done' }) }), ['t']),
    tools: { t: toolThat(async () => 'found') },
    toolLimits: [{ tool: 't', per: 'run', limits: ['5 calls / 1m'] }],
  });
  for (let n = 0; n < 5; n++) await overseer.run(tasksOf(1)).result;
  expect(overseer.limits()).toEqual([]);
});

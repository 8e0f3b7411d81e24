import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime } from './mortal-disk.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { callerOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

it("T5: the patience of another user's quota is no matter of this one's", async () => {
  const clock = createFakeClock();
  await using overseer = await createOverseer({
    ...teamOf(callerOf('t', 2), ['t']),
    tools: { t: toolThat(async () => 'found') },
    toolLimits: [
      { tool: 't', limits: ['1 call / 30s'] },
      { tool: 't', per: 'user', of: 'bob', limits: ['100 calls / 1d'], patienceMs: 0 },
    ],
    clock,
  });
  const { output } = await inTime(clock, overseer.run(tasksOf(1), { user: 'ada' }).result);
  expect(output).toContain('found');
});

it('T5 L1: runs that never call a tool leave nothing of its quota behind', async () => {
  await using overseer = await createOverseer({
    ...teamOf(fakeModel({ reply: () => ({ text: 'done' }) }), ['t']),
    tools: { t: toolThat(async () => 'found') },
    toolLimits: [{ tool: 't', per: 'run', limits: ['5 calls / 1m'] }],
  });
  for (let n = 0; n < 5; n++) await overseer.run(tasksOf(1)).result;
  expect(overseer.limits()).toEqual([]);
});

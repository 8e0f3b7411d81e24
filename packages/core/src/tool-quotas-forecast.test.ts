import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { LimitText } from './spec/limit.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { teamOf, toolThat } from './tool-calls.fixture.ts';

const limits = fc.uniqueArray(
  fc.constantFrom<LimitText>(
    '2 calls / 10s',
    '3 calls / 25s',
    '2 calls / 7s session',
    '6 calls / 1m, smooth',
  ),
  { minLength: 1, maxLength: 2 },
);

const world = fc.record({
  all: limits,
  each: limits,
  /** By run: whose it is, and how many steps it has. */
  runs: fc.array(fc.tuple(fc.constantFrom('ada', 'ben', 'cay'), fc.integer({ min: 1, max: 4 })), {
    minLength: 1,
    maxLength: 4,
  }),
});

it('K5 T5: what is foretold of steps that quotas hold is what happens, to the millisecond', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ all, each, runs }) => {
      const clock = createFakeClock();
      const starts = new Map<string, number>();
      const send = toolThat(async (_, { run, task }) => {
        starts.set(`${run} ${task}`, clock.now());
        return 'sent';
      });
      await using overseer = await createOverseer({
        ...teamOf(fakeModel({ reply: () => ({ text: 'done' }) }), []),
        tools: { send },
        toolLimits: [
          { tool: 'send', limits: all },
          { tool: 'send', per: 'user', limits: each },
        ],
        clock,
      });
      const results = runs.map(([user, steps]) => {
        const tasks = Array.from({ length: steps }, (_, n) => ({
          key: `s${n}`,
          instruction: 'Send.',
          step: { tool: 'send', input: {} },
        }));
        return overseer.run({ tasks }, { user }).result;
      });
      for (let n = 0; n < 15; n++) await new Promise((resolve) => setImmediate(resolve));
      const foretold = overseer
        .queue()
        .map(({ run, task, startsAt }) => [`${run} ${task}`, startsAt]);
      await inTime(clock, Promise.all(results));
      expect(foretold).toEqual(foretold.map(([name]) => [name, starts.get(`${name}`)]));
    }),
    { numRuns: 40 },
  );
});

import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { callerOf, eventsOf, tasksOf, teamOf, toolThat } from '../tool-calls.fixture.ts';

async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await new Promise((resolve) => setImmediate(resolve));
}

it.each([
  [['token'] as const, '{"version":7,"token":"[not shown]"}'],
  [true as const, '"[not shown]"'],
])(
  'T5 R2: a question about a call in doubt shows nothing that its tool calls sensitive: %j',
  async (sensitive, shown) => {
    const clock = createFakeClock();
    const deploy = toolThat(() => new Promise<never>(() => undefined), {
      effect: 'once',
      timeoutMs: 1_000,
      sensitive,
    });
    await using overseer = await createOverseer({
      ...teamOf(callerOf('deploy', 1, { version: 7, token: 'sesame' }), ['deploy']),
      tools: { deploy },
      clock,
    });
    const run = overseer.run(tasksOf(1));
    await settle();
    clock.advance(1_000);
    await settle();
    const [question] = overseer.questions();
    expect(question?.request).toBe(
      `Did deploy with input ${shown} happen? It was interrupted. Answer: done <output> | not done | give up`,
    );
    if (question !== undefined) await overseer.answer(question, 'done deployed', 'mia');
    await run.result;
    const asked = (await eventsOf(run)).filter(({ type }) => type === 'question.asked');
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(asked)).not.toContain('sesame');
  },
);

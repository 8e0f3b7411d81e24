import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { EventData } from './spec/event.ts';
import type { TaskGraph } from './spec/task.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { callerOf, eventsOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

const answering = () => fakeModel({ reply: () => ({ text: 'x' }) });

describe('what a wait is told to be for', () => {
  it('K5 K7: a limit of its model, or one that models share', async () => {
    const own = await waitsOf({
      overseer: 'a',
      models: { a: { model: answering(), limits: ['1 call / 20s'] } },
    });
    expect(own).toEqual([{ kind: 'limit', what: '1 call', model: 'a' }]);
    const shared = await waitsOf({
      overseer: 'a',
      models: { a: { model: answering() } },
      limits: [{ per: 'all', limits: ['1 call / 20s'] }],
    });
    expect(shared).toEqual([{ kind: 'limit', what: 'all: 1 call', model: 'a' }]);
  });

  it('K5 K7 R8: a model that is away, before the task begins and in its midst', async () => {
    const model = fakeModel({
      reply: (_, nth) =>
        nth < 4 ? { error: new ModelError('overloaded', `later, ${nth}`) } : { text: 'x' },
    });
    const waits = await waitsOf({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      patienceMs: 0,
    });
    expect(waits.length).toBeGreaterThan(1);
    for (const on of waits) {
      expect(on).toEqual({
        kind: 'outage',
        what: 'overloaded',
        model: 'a',
      });
    }
  });

  it('K5 K7 T5: the quota of a tool, for a task that it does and for a model that calls it', async () => {
    const send = toolThat(async () => 'sent');
    const options = {
      tools: { send },
      toolLimits: [{ tool: 'send', limits: ['1 call / 20s'] }],
    } as const;
    const step = { tool: 'send', input: {} };
    const tasks = tasksOf(2).tasks.map((task) => ({ ...task, step }));
    const steps = await waitsOf({ ...teamOf(answering(), []), ...options }, { tasks });
    expect(steps).toEqual([{ kind: 'limit', what: 'tool send: 1 call' }]);
    const called = await waitsOf({ ...teamOf(callerOf('send'), ['send']), ...options });
    expect(called).toEqual([{ kind: 'limit', what: 'tool send: 1 call' }]);
  });

  it('K5 K7 R10: a tool that is left alone', async () => {
    const clock = createFakeClock();
    const backAt = clock.now() + 20_000;
    const flaky = toolThat(async () => {
      if (clock.now() < backAt) throw new Error('no connection');
      return 'found';
    });
    const task = { key: 'f', instruction: 'x', step: { tool: 'flaky', input: {} } };
    const waits = await waitsOf(
      { ...teamOf(answering(), []), tools: { flaky }, maxAttempts: 4, clock },
      { tasks: [task] },
    );
    expect(waits).toMatchObject([
      { kind: 'outage', what: expect.stringMatching(/^tool flaky: .*no connection/) },
    ]);
  });
});

type Clocked = Omit<OverseerOptions, 'clock'> & {
  readonly clock?: ReturnType<typeof createFakeClock>;
};

/** What the waits of a run say that they are for, of which progress tells the same. */
async function waitsOf(
  options: Clocked,
  input: TaskGraph = tasksOf(2),
): Promise<readonly EventData['task.waiting']['on'][]> {
  const { clock = createFakeClock() } = options;
  await using overseer = await createOverseer({ ...options, clock });
  const run = overseer.run(input);
  expect((await inTime(clock, run.result)).status).toBe('completed');
  const { runs } = await overseer.progress({ run: run.id });
  const waits = (await eventsOf(run)).flatMap((event) =>
    event.type === 'task.waiting' ? [event.data.on] : [],
  );
  for (const { kind, what, model } of runs[0]?.limits.waits ?? []) {
    expect(waits).toContainEqual(model === undefined ? { kind, what } : { kind, what, model });
  }
  expect(runs[0]?.limits.waits).not.toEqual([]);
  return waits;
}

import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { until } from './mortal-disk.fixture.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Validator } from './spec/validator.ts';
import { fakeModel } from './testing/fake-model.ts';

async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

const hangs: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: () => new Promise<never>(() => undefined),
};

describe('stopping', () => {
  it('L1 L6: a budget is never overshot: the run stops before the call that would', async () => {
    const model = fakeModel({
      info: { price: { input: 0, output: 100 }, maxOutput: 1_000 },
      reply: () => ({ text: 'x', usage: { input: { total: 10 }, output: { total: 1_000 } } }),
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 3 } },
      budget: { usd: 0.5 },
    });
    const tasks = Array.from({ length: 12 }, (_, i) => ({ instruction: `task ${i}` }));
    const result = await overseer.run({ tasks }).result;
    expect(result.status).toBe('stopped');
    expect(result.cost).toBeCloseTo(0.5, 10);
    expect(model.requests).toHaveLength(5);
  });

  it('L6 K6: a run that stops at its budget starts no smaller task in the same turn', async () => {
    const model = fakeModel({
      info: { price: { input: 100, output: 0 }, maxOutput: 10 },
      reply: () => ({ text: 'x', delayMs: 20, usage: { input: { total: 1 }, output: {} } }),
    });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      budget: { usd: 0.5 },
    });
    const run = overseer.run({
      tasks: [
        { key: 'large', instruction: 'word '.repeat(20_000), priority: 'critical' },
        { key: 'small', instruction: 'x', priority: 'low' },
      ],
    });
    expect(await run.result).toMatchObject({ status: 'stopped', usage: { calls: 0 } });
    const types = (await eventsOf(run)).map(({ type }) => type);
    expect(types).not.toContain('call.started');
    expect(types.at(-1)).toBe('run.finished');
  });

  it('L6: a limit of one model that a prompt never fits fails its task, not the run and its budget', async () => {
    const model = fakeModel({ reply: () => ({ text: 'fine' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: {
        a: {
          model,
          limits: [{ metric: 'input-tokens', capacity: 3_000, windowMs: 1_000 }],
        },
      },
      budget: { calls: 10 },
    });
    const result = await overseer.run({
      tasks: [
        { key: 'large', instruction: '{}[]();'.repeat(600) },
        { key: 'small', instruction: 'x' },
      ],
    }).result;
    expect(result.status).toBe('failed');
    expect(result.reason).toContain('3000 input tokens');
    expect(result.tasks.find(({ key }) => key === 'small')?.status).toBe('done');
  });

  it('K6: whoever cancels second waits for the end as well', async () => {
    const model = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
    await using overseer = await createOverseer({ overseer: 'a', models: { a: { model } } });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await until(() => model.requests.length === 1);
    const first = run.cancel('first');
    await run.cancel('second');
    expect((await eventsOf(run)).at(-1)).toMatchObject({
      type: 'run.finished',
      data: { because: 'first' },
    });
    await first;
  });

  it('K6: a check that hears no signal holds up neither cancel nor close', async () => {
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      validators: { hangs },
      checksAtOnce: 1,
      graceMs: 1,
    });
    const tasks = [{ instruction: 'x', checks: [{ kind: 'hangs' }] }];
    const cancelled = overseer.run({ tasks });
    const closed = overseer.run({ tasks });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cancelled.cancel('enough');
    expect(await cancelled.result).toMatchObject({ status: 'stopped', reason: 'enough' });
    await overseer.close();
    expect(await closed.result).toMatchObject({ status: 'stopped' });
  });

  it('K6: a check that waits for its place among others does not hold up cancel', async () => {
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      validators: { hangs },
      checksAtOnce: 1,
      graceMs: 1,
    });
    const tasks = [{ instruction: 'x', checks: [{ kind: 'hangs' }] }];
    const first = overseer.run({ tasks });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const waits = overseer.run({ tasks });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await waits.cancel('enough');
    expect(await waits.result).toMatchObject({ status: 'stopped', reason: 'enough' });
    await first.cancel();
  });

  it('K4: a model is free for others as soon as its call ends, while the answer is still checked', async () => {
    const model = fakeModel({ reply: () => ({ text: 'x' }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model, concurrency: 1 } },
      validators: { hangs },
      graceMs: 1,
    });
    const slow = overseer.run({ tasks: [{ instruction: 'x', checks: [{ kind: 'hangs' }] }] });
    const quick = overseer.run({ tasks: [{ instruction: 'y' }] });
    expect(await quick.result).toMatchObject({ status: 'completed' });
    await slow.cancel();
  });
});

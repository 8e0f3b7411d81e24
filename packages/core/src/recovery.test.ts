import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { inTime, mortalDisk, until } from './mortal-disk.fixture.ts';
import type { Tool } from './spec/tool.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const HANGS = { text: 'late', delayMs: 60_000 };

describe('recovery', () => {
  it('R2: calls that a dead process left open hold no place of a model, whether their run goes on or not', async () => {
    const disk = mortalDisk();
    const hanging = fakeModel({ reply: () => HANGS });
    const first = await createOverseer({
      overseer: 'a',
      models: { a: { model: hanging, concurrency: 1 } },
      store: disk.open,
    });
    const left = first.run({ tasks: [{ instruction: 'x' }] });
    await until(() => hanging.requests.length === 1);
    await disk.kill();

    const quick = fakeModel({ reply: () => ({ text: 'done' }) });
    await using second = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick, concurrency: 1 } },
      store: disk.open,
    });
    expect(second.models()[0]?.running).toBe(0);
    const other = second.run({ tasks: [{ instruction: 'y' }] });
    expect(await other.result).toMatchObject({ status: 'completed', usage: { calls: 1 } });
    const abandoned = second.open(left.id);
    await abandoned.cancel('not needed any more');
    expect(await abandoned.result).toMatchObject({
      status: 'stopped',
      usage: { uncertainCalls: 1 },
    });
  });

  it('R2: a task whose process died during its call again and again is not given up', async () => {
    const disk = mortalDisk();
    const hanging = fakeModel({ reply: () => HANGS });
    let id = '';
    for (let life = 1; life <= 6; life++) {
      const overseer = await createOverseer({
        overseer: 'a',
        models: { a: { model: hanging } },
        store: disk.open,
        random: () => 0,
      });
      const run = id === '' ? overseer.run({ tasks: [{ instruction: 'x' }] }) : overseer.open(id);
      id = run.id;
      run.resume();
      await until(() => hanging.requests.length === life);
      await disk.kill();
    }
    const quick = fakeModel({ reply: () => ({ text: 'done' }) });
    await using last = await createOverseer({
      overseer: 'a',
      models: { a: { model: quick } },
      store: disk.open,
    });
    const run = last.open(id);
    run.resume();
    expect(await run.result).toMatchObject({
      status: 'completed',
      usage: { calls: 1, uncertainCalls: 6 },
    });
  });

  it('R2: a task goes on with another team, and that its model is not in it costs no try and is no failure', async () => {
    const disk = mortalDisk();
    const hanging = fakeModel({ reply: () => HANGS });
    const one = { store: disk.open, maxAttempts: 1 };
    const first = await createOverseer({
      ...one,
      overseer: 'a',
      models: { a: { model: hanging } },
    });
    const { id } = first.run({ tasks: [{ instruction: 'x' }] });
    await until(() => hanging.requests.length === 1);
    await disk.kill();

    const quick = fakeModel({ reply: () => ({ text: 'done' }) });
    await using second = await createOverseer({
      ...one,
      overseer: 'b',
      models: { b: { model: quick } },
    });
    const run = second.open(id);
    run.resume();
    expect(await run.result).toMatchObject({ status: 'completed', output: 'done' });
    const { groups } = await second.failures(id);
    expect(groups.filter(({ cause }) => cause !== 'aborted')).toEqual([]);
  });

  it('R2: a task that names a model which the team does not have fails, and says so', async () => {
    const disk = mortalDisk();
    const hanging = fakeModel({ reply: () => HANGS });
    const quick = fakeModel({ reply: () => ({ text: 'done' }) });
    const b = { model: quick };
    const first = await createOverseer({
      store: disk.open,
      overseer: 'b',
      models: { a: { model: hanging }, b },
    });
    const { id } = first.run({ tasks: [{ instruction: 'x', model: 'a' }] });
    await until(() => hanging.requests.length === 1);
    await disk.kill();

    await using second = await createOverseer({ store: disk.open, overseer: 'b', models: { b } });
    const run = second.open(id);
    run.resume();
    const { status, reason } = await run.result;
    expect([status, reason]).toEqual(['failed', expect.stringContaining('a')]);
    expect(reason).toMatch(/no model|not in the team|there is no/i);
    expect(quick.requests).toEqual([]);
  });

  it('R9: a model that breaks off by itself is given up after some tries', async () => {
    const clock = createFakeClock();
    const model = fakeModel({ reply: () => ({ error: new ModelError('aborted', 'enough') }) });
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      clock,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    const result = await inTime(clock, run.result);
    expect(result).toMatchObject({ status: 'failed', usage: { calls: 0, failedCalls: 5 } });
    expect(result.reason).toContain('enough');
  });

  it('R1: the result is told when the very last write fails', async () => {
    const disk = mortalDisk();
    const model = fakeModel({
      reply: () => {
        disk.fill();
        return { text: 'done' };
      },
    });
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      store: disk.open,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await expect(run.result).rejects.toMatchObject({ code: 'store.full' });
    await overseer.close();
  });

  it('K6: resuming a run that goes on does nothing, and never runs a tool twice', async () => {
    let runs = 0;
    let finish: () => void = () => undefined;
    const slow: Tool<unknown> = {
      spec: 'tool/1',
      description: 'takes its time',
      input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
      permissions: [],
      effect: 'once',
      timeoutMs: 10_000,
      execute: async () => {
        runs += 1;
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return 'did it';
      },
    };
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
      tools: { slow },
    });
    const run = overseer.run({
      tasks: [{ instruction: 'x', step: { tool: 'slow', input: {} } }],
    });
    await until(() => runs === 1);
    run.resume();
    run.pause();
    run.resume();
    finish();
    expect(await run.result).toMatchObject({ status: 'completed', output: 'did it' });
    expect(runs).toBe(1);
    const types: string[] = [];
    for await (const { type } of run) types.push(type);
    expect(types.filter((type) => type === 'run.resumed')).toHaveLength(1);
    expect(types.filter((type) => type === 'tool.started')).toHaveLength(1);
  });

  it('K6: what outlives its overseer says so', async () => {
    const model = fakeModel({ reply: () => HANGS });
    const overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model } },
      graceMs: 1,
    });
    const run = overseer.run({ tasks: [{ instruction: 'x' }] });
    await until(() => model.requests.length === 1);
    await overseer.close();
    expect(await run.result).toMatchObject({ status: 'stopped' });
    expect(() => run.resume()).toThrow(expect.objectContaining({ code: 'overseer.closed' }));
    await expect(run.cancel()).rejects.toMatchObject({ code: 'overseer.closed' });
  });
});

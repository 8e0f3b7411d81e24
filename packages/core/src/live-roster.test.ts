import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { heldModel } from './held-model.fixture.ts';
import { memory } from './journal/memory-store.ts';
import type { Overseer } from './overseer.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const done = (id: string): FakeModel => fakeModel({ id, reply: () => ({ text: 'done' }) });

const graph = (...texts: readonly string[]) => ({
  tasks: texts.map((instruction) => ({ instruction })),
});

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !check(); turn++) await new Promise(setImmediate);
  expect(check()).toBe(true);
}

function usedBy(overseer: Overseer, name: string): readonly number[] | undefined {
  const limits = overseer.models().find((model) => model.name === name)?.limits;
  return limits?.filter(({ limit }) => limit.includes('/')).map(({ used, held }) => used + held);
}

describe('a team that changes while it works', () => {
  it('M1: a model that is added gets work at once, and one that is removed gets no more', async () => {
    const boss = done('boss');
    const first = done('first');
    const second = done('second');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: boss }, first: { model: first } },
    });
    await overseer.run(graph('one')).result;
    expect(first.requests).toHaveLength(1);
    await overseer.addModel('second', { model: second }, { by: 'mia', because: 'more hands' });
    await overseer.removeModel('first');
    const run = overseer.run(graph('two', 'three'));
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(first.requests).toHaveLength(1);
    expect(second.requests).toHaveLength(2);
    expect(overseer.models().map(({ name }) => name)).toEqual(['boss', 'second']);
  });

  it('M1: each change is an event with who and why, and without anything of the connection', async () => {
    const store = memory();
    const overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') } },
      store,
    });
    const model = done('second');
    const order = { by: 'mia', because: 'more hands' };
    await overseer.addModel('second', { model, limits: ['5 calls / 1h'], key: 'sk-canary' }, order);
    await overseer.reconfigureModel('second', { limits: ['9 calls / 1h'] });
    await overseer.removeModel('second', { because: 'done' });
    const opened = await store();
    const page = await opened.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
    const told = page.filter(({ type }) => /^model\./.test(type));
    expect(told.map(({ type, model: name, actor, data }) => ({ type, name, actor, data }))).toEqual(
      [
        {
          type: 'model.added',
          name: 'second',
          actor: 'person:mia',
          data: {
            because: 'more hands',
            provider: 'fake',
            id: 'second',
            limits: ['5 calls / 1h'],
          },
        },
        {
          type: 'model.reconfigured',
          name: 'second',
          actor: 'host',
          data: { because: 'reconfigured', changed: ['limits'], limits: ['9 calls / 1h'] },
        },
        {
          type: 'model.removed',
          name: 'second',
          actor: 'host',
          data: { because: 'done', calls: 'finish' },
        },
      ],
    );
    expect(JSON.stringify(page)).not.toContain('canary');
    await overseer.close();
  });

  it('M1 L1: limits that are changed keep what was used, and new ones begin with it', async () => {
    const clock = createFakeClock(1_000_000);
    const worker = heldModel('worker');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: done('boss') },
        worker: { model: worker, limits: ['5 calls / 1h'] },
      },
      clock,
    });
    const run = overseer.run(graph('one', 'two'));
    await soon(() => worker.calls.length === 2);
    worker.calls[0]?.answer('done');
    await soon(() => overseer.models()[1]?.running === 1);
    expect(usedBy(overseer, 'worker')).toEqual([2]);
    await overseer.reconfigureModel('worker', {
      limits: ['5 calls / 1h', '3 calls / 2h', '100k tokens / 1d'],
      concurrency: 7,
    });
    const [same, calls, tokens = 0] = usedBy(overseer, 'worker') ?? [];
    expect([same, calls]).toEqual([2, 2]);
    expect(tokens).toBeGreaterThan(10);
    worker.calls[1]?.answer('done');
    await run.result;
    expect(overseer.models()[1]).toMatchObject({ running: 0 });
    expect(usedBy(overseer, 'worker')?.slice(0, 2)).toEqual([2, 2]);
    const more = overseer.run(graph('three', 'four'));
    await soon(() => worker.calls.length === 3);
    worker.calls[2]?.answer('done');
    await soon(() => overseer.queue().length === 1);
    expect(worker.calls).toHaveLength(3);
    expect(overseer.queue()[0]?.waitsFor).toContain('worker: 3/3 calls');
    await overseer.reconfigureModel('worker', { limits: [] });
    await soon(() => worker.calls.length === 4);
    worker.calls[3]?.answer('done');
    expect(await more.result).toMatchObject({ status: 'completed' });
  });

  it('M1 L1: a model that comes back, over a restart too, has used what it used', async () => {
    const store = memory();
    const clock = createFakeClock(1_000_000);
    const options = { overseer: 'boss' as const, models: { boss: { model: done('boss') } } };
    const entry = { model: done('worker'), limits: ['5 calls / 1h'] as const };
    const before = await createOverseer({ ...options, store, clock });
    await before.addModel('worker', entry);
    await before.run(graph('one', 'two')).result;
    expect(usedBy(before, 'worker')).toEqual([2]);
    await before.removeModel('worker');
    await before.addModel('worker', entry);
    expect(usedBy(before, 'worker')).toEqual([2]);
    await before.close();
    await using after = await createOverseer({ ...options, store, clock });
    await after.addModel('worker', entry);
    expect(usedBy(after, 'worker')).toEqual([2]);
  });

  it('M1: calls under way of a model that leaves end, and the rest of their task is for others', async () => {
    const worker = heldModel('worker');
    const other = done('other');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, worker: { model: worker } },
    });
    const run = overseer.run(graph('one'));
    await soon(() => worker.calls.length === 1);
    await overseer.addModel('other', { model: other });
    await overseer.removeModel('worker');
    expect(worker.calls[0]?.signal.aborted).toBe(false);
    worker.calls[0]?.answer('its own answer');
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(other.requests).toHaveLength(0);
  });

  it('M1: with move they are broken off, and another makes them', async () => {
    const worker = heldModel('worker');
    const other = done('other');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, worker: { model: worker } },
    });
    const run = overseer.run(graph('one'));
    await soon(() => worker.calls.length === 1);
    await overseer.addModel('other', { model: other });
    await overseer.removeModel('worker', { calls: 'move' });
    expect(worker.calls[0]?.signal.aborted).toBe(true);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(other.requests).toHaveLength(1);
  });

  it('M1: the last model that a waiting task can use is kept, unless forced, and the tasks are named', async () => {
    const worker = heldModel('worker');
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: done('boss') },
        worker: { model: worker, concurrency: 1 },
      },
    });
    const run = overseer.run({
      tasks: ['a', 'b'].map((key) => ({ key, instruction: key, model: 'worker' })),
    });
    await soon(() => worker.calls.length === 1);
    const refusal = overseer.removeModel('worker');
    await expect(refusal).rejects.toMatchObject({
      code: 'team.last-model',
      message: expect.stringContaining(`${run.id}/b`),
    });
    await overseer.removeModel('worker', { force: true });
    worker.calls[0]?.answer('done');
    expect(await run.result).toMatchObject({ status: 'failed' });
  });

  it('M1: refuses the overseer, names that are taken or unknown, and entries that are wrong', async () => {
    const model = done('boss');
    await using overseer = await createOverseer({ overseer: 'boss', models: { boss: { model } } });
    const add = (name: string, entry: object): Promise<void> =>
      overseer.addModel(name, { model, ...entry });
    await expect(overseer.removeModel('boss')).rejects.toMatchObject({ code: 'team.overseer' });
    await expect(overseer.removeModel('bos')).rejects.toThrow('did you mean "boss"?');
    await expect(add('boss', {})).rejects.toMatchObject({ code: 'config.duplicate' });
    await expect(add('one', { limit: ['5 calls / 1h'] })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    await expect(add('one', { limits: ['5 cals / 1h'] })).rejects.toMatchObject({
      code: 'config.limit',
    });
    await expect(add('one', { role: 'codr' })).rejects.toMatchObject({
      code: 'config.unknown-role',
    });
    await expect(add('one', { fallback: ['bos'] })).rejects.toMatchObject({
      code: 'config.unknown-model',
    });
    expect(overseer.models().map(({ name }) => name)).toEqual(['boss']);
  });
});

import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { heldModel } from './held-model.fixture.ts';
import type { ModelStatus } from './run/model-status.ts';
import type { ModelGone, ModelNews } from './run/status-watch.ts';
import type { ListedModel, Model } from './spec/model.ts';
import type { ModelReadiness } from './spec/model-status.ts';
import type { Validator } from './spec/validator.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

const done = (id: string): FakeModel => fakeModel({ id, reply: () => ({ text: 'done' }) });

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !check(); turn++) await new Promise(setImmediate);
  expect(check()).toBe(true);
}

/** A model whose server has it in a state that a test sets. */
function listed<M extends Model>(model: M, server: { state: ModelReadiness | 'gone' }) {
  let asked = 0;
  const of = {
    ...model,
    list: async (): Promise<readonly ListedModel[]> => {
      asked += 1;
      const { state } = server;
      if (state === 'gone') throw new ModelError('network', 'nobody is there');
      return [{ id: model.info.id, state }];
    },
    load: async () => {
      server.state = 'ready';
    },
    unload: async () => {
      server.state = 'cold';
    },
  };
  return { of, asked: () => asked };
}

describe('how models stand', () => {
  it('M2: is told within a second of each change, with its reason', async () => {
    const clock = createFakeClock();
    const worker = heldModel('worker');
    const checks = Promise.withResolvers<void>();
    const slow: Validator = {
      spec: 'validator/1',
      tier: 'automated',
      validate: async () => {
        await checks.promise;
        return { kind: 'pass' };
      },
    };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: done('boss') },
        worker: { model: worker, limits: ['1 calls / 1h'] },
      },
      validators: { slow },
      clock,
    });
    const told: (ModelNews | ModelGone)[] = [];
    const off = overseer.onModel((news) => told.push(news));
    const latest = async (ms = 1_000): Promise<ModelStatus | undefined> => {
      await new Promise(setImmediate);
      clock.advance(ms);
      const news = told.findLast((one) => 'model' in one && one.model === 'worker');
      return news !== undefined && 'model' in news ? news.now : undefined;
    };
    expect(told).toHaveLength(2);
    expect(await latest(0)).toMatchObject({
      connection: { state: 'disconnected', code: 'not-asked' },
      work: { state: 'idle' },
      readiness: 'ready',
    });
    const run = overseer.run({
      tasks: [{ key: 'a', instruction: 'a', checks: [{ kind: 'slow' }] }],
    });
    await soon(() => worker.calls.length === 1);
    expect(await latest()).toMatchObject({
      connection: { state: 'connecting', code: 'first' },
      work: {
        state: 'processing',
        reason: expect.stringContaining('a call is under way; 1/1 call'),
      },
      readiness: 'busy',
    });
    worker.calls[0]?.answer('done');
    await soon(() => overseer.models()[1]?.running === 0);
    expect(await latest()).toMatchObject({
      connection: { state: 'connected' },
      work: {
        state: 'validating',
        reason: expect.stringContaining('the answer to a is checked; 1/1 call'),
      },
    });
    checks.resolve();
    await run.result;
    expect(await latest()).toMatchObject({ work: { state: 'waiting' }, readiness: 'busy' });
    const before = told.length;
    await latest();
    await latest();
    expect(told).toHaveLength(before);
    clock.advance(3_600_000);
    expect(await latest()).toMatchObject({ work: { state: 'idle' }, readiness: 'ready' });
    await overseer.removeModel('worker');
    await latest();
    expect(told.at(-1)).toEqual({ gone: 'worker' });
    off();
    await overseer.addModel('late', { model: done('late') });
    await latest();
    expect(told.at(-1)).toEqual({ gone: 'worker' });
  });

  it('M2 M5: a model that is not in memory is cold, can be loaded and unloaded, and one that fails is down', async () => {
    const clock = createFakeClock();
    const server: { state: ModelReadiness | 'gone' } = { state: 'cold' };
    const { of: model } = listed(
      fakeModel({ id: 'local', reply: () => ({ error: new ModelError('auth', 'no key') }) }),
      server,
    );
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, local: { model } },
      clock,
    });
    const state = () => overseer.models()[1];
    expect(await overseer.verifyModel('local')).toEqual({ id: 'local', state: 'cold' });
    expect(state()).toMatchObject({ connection: { state: 'connected' }, readiness: 'cold' });
    await overseer.loadModel('local');
    expect(state()).toMatchObject({ readiness: 'ready' });
    await overseer.unloadModel('local');
    expect(state()).toMatchObject({ readiness: 'cold' });
    await expect(overseer.loadModel('boss')).rejects.toMatchObject({ code: 'config.not-loadable' });
    await expect(overseer.loadModel('locl')).rejects.toThrow('did you mean "local"?');
    server.state = 'gone';
    await expect(overseer.verifyModel('local')).rejects.toThrow('nobody is there');
    expect(state()).toMatchObject({
      connection: { state: 'disconnected', code: 'network', reason: 'nobody is there' },
      readiness: 'down',
    });
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'local' }] });
    await soon(() => state()?.work.state === 'error');
    expect(state()).toMatchObject({
      connection: { state: 'connected' },
      work: { state: 'error', code: 'auth', reason: 'auth: no key' },
      readiness: 'down',
    });
    await run.cancel('enough');
  });

  it('M4: a wrong name fails before any call is sent, where the host wants names verified', async () => {
    const worker = fakeModel({ id: 'worker', reply: () => ({ text: 'done' }) });
    const model: Model = { ...worker, list: async () => [{ id: 'workers', state: 'ready' }] };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, worker: { model } },
      verifyModels: true,
      maxAttempts: 1,
    });
    const result = await overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] }).result;
    expect(result).toMatchObject({ status: 'failed' });
    expect(result.reason ?? result.tasks[0]?.reason).toContain(
      'did you mean \\"workers\\"?'.replaceAll('\\', ''),
    );
    expect(worker.requests).toHaveLength(0);
  });

  it('M4: servers are asked how they are from time to time, but not while they are in use and well', async () => {
    const clock = createFakeClock();
    const server: { state: ModelReadiness | 'gone' } = { state: 'ready' };
    const idle = listed(done('idle'), server);
    const worker = heldModel('busy');
    const busy = listed(worker, { state: 'ready' });
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, busy: { model: busy.of }, idle: { model: idle.of } },
      healthChecks: { everyMs: 10_000 },
      clock,
      random: () => 0.5,
    });
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'busy' }] });
    await soon(() => overseer.models()[1]?.running === 1);
    for (let time = 0; time < 3; time++) {
      clock.advance(10_000);
      await new Promise(setImmediate);
    }
    expect([idle.asked(), busy.asked()]).toEqual([3, 0]);
    expect(overseer.models()[2]).toMatchObject({ connection: { state: 'connected' } });
    server.state = 'gone';
    clock.advance(10_000);
    await soon(() => overseer.models()[2]?.connection.state === 'disconnected');
    expect(overseer.models()[2]).toMatchObject({
      connection: { reason: 'nobody is there' },
      readiness: 'down',
    });
    worker.calls[0]?.answer('done');
    await run.result;
  });

  it('M3: a model whose server refuses to list is not down for that', async () => {
    const clock = createFakeClock();
    const shy: Model = {
      ...done('shy'),
      list: () => Promise.reject(new ModelError('not-found', 'no list here')),
    };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, shy: { model: shy } },
      healthChecks: { everyMs: 10_000 },
      clock,
      random: () => 0.5,
    });
    await overseer.run({ tasks: [{ instruction: 'a', model: 'shy' }] }).result;
    for (let time = 0; time < 3; time++) {
      clock.advance(10_000);
      await new Promise(setImmediate);
      expect(overseer.models()[1]).toMatchObject({
        connection: { state: 'connected' },
        readiness: 'ready',
      });
    }
  });
});

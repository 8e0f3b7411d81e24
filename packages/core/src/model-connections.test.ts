import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { heldModel } from './held-model.fixture.ts';
import { boss, changes, hear, turns, until } from './model-changes.fixture.ts';
import { inTime, mortalDisk } from './mortal-disk.fixture.ts';
import type { ListedModel, Model, ModelEvent } from './spec/model.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('each change of how a model is connected', () => {
  it('M2 M5: a model that is loaded by order, and one that is loaded for a call', async () => {
    const clock = createFakeClock();
    const held = heldModel('worker');
    const loads = Promise.withResolvers<void>();
    const loadsForCall = Promise.withResolvers<void>();
    const model: Model = {
      ...held,
      list: async (): Promise<readonly ListedModel[]> => [{ id: 'worker', state: 'cold' }],
      load: () => loads.promise,
      unload: async () => undefined,
      stream: async function* (request, ctx): AsyncIterable<ModelEvent> {
        yield { type: 'progress', phase: 'load' };
        yield { type: 'progress', phase: 'load', fraction: 0.5 };
        await loadsForCall.promise;
        yield { type: 'progress', phase: 'prompt' };
        yield* held.stream(request, ctx);
      },
    };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model } },
      clock,
    });
    const heard = hear(overseer, 'worker');
    const loaded = overseer.loadModel('worker');
    await turns();
    loads.resolve();
    await loaded;
    await turns();
    expect(heard.splice(0)).toEqual([
      'connecting/loading idle busy',
      'connecting/loading idle/not-loaded busy',
      'connected idle/not-loaded cold',
    ]);
    clock.advance(1);
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] });
    await turns();
    loadsForCall.resolve();
    await turns();
    held.calls[0]?.answer('done');
    await run.result;
    await turns();
    expect(heard).toEqual([
      'connected processing ready',
      'connecting/loading processing busy',
      'connected processing ready',
      'connected validating ready',
      'connected idle ready',
    ]);
  });

  it('M2 M5: one that was known to be cold is loaded, and then ready: it is busy until then', async () => {
    const server: { state: 'cold' | 'ready' } = { state: 'cold' };
    const model: Model = {
      ...heldModel('worker'),
      list: async (): Promise<readonly ListedModel[]> => [{ id: 'worker', state: server.state }],
      load: async () => {
        server.state = 'ready';
      },
      unload: async () => {
        server.state = 'cold';
      },
    };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model } },
      clock: createFakeClock(),
    });
    await overseer.verifyModel('worker');
    await turns();
    const heard = hear(overseer, 'worker');
    await overseer.loadModel('worker');
    await turns();
    expect(heard.splice(0)).toEqual([
      'connecting/loading idle/not-loaded busy',
      'connecting/loading idle busy',
      'connected idle ready',
    ]);
    await overseer.unloadModel('worker');
    await turns();
    expect(heard).toEqual(['connected idle/not-loaded cold']);
  });

  it('M2 R10: a server that goes away, is tried by one call, and is back', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const held = heldModel('worker');
    const info = { ...held.info, server: 'http://there', local: true };
    const overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model: { ...held, info } } },
      store: disk.open,
      clock,
      random: () => 0.5,
    });
    const heard = hear(overseer, 'worker');
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] });
    for (const nth of [1, 2, 3, 4]) {
      await until(clock, () => held.calls.length === nth);
      if (nth < 4) held.calls.at(-1)?.fail(new ModelError('network', 'gone'));
      else held.calls.at(-1)?.answer('done');
      await turns();
    }
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(heard).toEqual([
      'connecting/first processing ready',
      'disconnected/network waiting/network down',
      'disconnected/network ready down',
      'connecting/again processing down',
      'disconnected/network error/network down',
      'connecting/again processing down',
      'disconnected/network error/network down',
      'connecting/again processing down',
      'connected validating ready',
      'connected idle ready',
    ]);
    await overseer.close();
    const [first, ...written] = await changes(disk);
    expect(first).toBe('worker disconnected waiting: network: gone');
    expect(written).toEqual([
      'worker disconnected error in its run: network (2 times in a row): gone',
      'worker connected validating in its run: it answers again',
    ]);
  });

  it('M2 R10: all models of a server that goes away, and of one that is back', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const held = heldModel('worker');
    const there = { server: 'http://there', local: true };
    const other = fakeModel({ id: 'other', info: there, reply: () => ({ text: 'done' }) });
    const overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss,
        worker: { model: { ...held, info: { ...held.info, ...there } } },
        other: { model: other },
      },
      store: disk.open,
      clock,
      random: () => 0.5,
    });
    const heard = hear(overseer, 'other');
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] });
    for (const nth of [1, 2, 3]) {
      await until(clock, () => held.calls.length === nth);
      if (nth < 3) held.calls.at(-1)?.fail(new ModelError('network', 'gone'));
      else held.calls.at(-1)?.answer('done');
      await turns();
    }
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(heard).toEqual([
      'disconnected/network error/network down',
      'connecting/again error/network down',
      'disconnected/not-asked idle ready',
    ]);
    await overseer.close();
    expect((await changes(disk)).filter((words) => words.startsWith('other'))).toEqual([
      'other disconnected error in its run: network (2 times in a row): gone',
      'other disconnected idle in its run: it may be mended, and is tried anew',
    ]);
  });

  it('M2 M11: a key that is refused, and a connection with another one', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const refusing = fakeModel({
      id: 'worker',
      info: { keyId: 'old' },
      reply: () => ({ error: new ModelError('auth', 'no such key') }),
    });
    const letIn = fakeModel({
      id: 'worker',
      info: { keyId: 'new' },
      reply: () => ({ text: 'done' }),
    });
    const overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model: refusing } },
      store: disk.open,
      clock,
    });
    const heard = hear(overseer, 'worker');
    const work = () => overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] }).result;
    expect(await inTime(clock, work())).toMatchObject({ status: 'failed' });
    expect(heard.splice(0)).toEqual([
      'connecting/first processing ready',
      'connected error/auth down',
    ]);
    expect(overseer.models()[1]?.work).toMatchObject({ reason: 'auth: no such key' });
    await overseer.reconfigureModel('worker', { model: letIn });
    await turns();
    expect(await inTime(clock, work())).toMatchObject({ status: 'completed' });
    await turns();
    expect(heard).toEqual([
      'disconnected/not-asked idle ready',
      'connecting/first processing ready',
      'connected validating ready',
      'connected idle ready',
    ]);
    await overseer.close();
    expect((await changes(disk)).filter((words) => words.startsWith('worker'))).toEqual([
      'worker connected error in its run: auth: no such key',
      'worker disconnected idle: it may be mended, and is tried anew',
      'worker connected validating: it answered last',
    ]);
  });

  it('M2 M4: a server that does not answer when it is asked how it is, and is well again', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    let isThere = true;
    const model: Model = {
      ...heldModel('worker'),
      list: async () => {
        if (!isThere) throw new ModelError('network', 'nobody is there');
        return [{ id: 'worker', state: 'ready' }];
      },
    };
    const overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model } },
      healthChecks: { everyMs: 10_000 },
      store: disk.open,
      clock,
      random: () => 0.5,
    });
    const heard = hear(overseer, 'worker');
    for (const there of [true, true, false, false, true]) {
      isThere = there;
      clock.advance(10_000);
      await turns();
    }
    expect(heard).toEqual([
      'connecting/first idle ready',
      'connected idle ready',
      'disconnected/network idle down',
      'connecting/again idle down',
      'disconnected/network idle down',
      'connecting/again idle down',
      'connected idle ready',
    ]);
    await overseer.close();
    // That it is being asked is passing, and is not written.
    expect((await changes(disk)).filter((words) => words.startsWith('worker'))).toEqual([
      'worker connected idle: it answered last',
      'worker disconnected idle: nobody is there',
      'worker connected idle: it answered last',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import { heldModel } from './held-model.fixture.ts';
import { boss, changes, hear, turns } from './model-changes.fixture.ts';
import { inTime, mortalDisk } from './mortal-disk.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

describe('each change of a model', () => {
  it('M2: a call from its first contact to its verdict, and the next one', async () => {
    const worker = heldModel('worker');
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss, worker: { model: worker, concurrency: 2 } },
      clock,
    });
    const heard = hear(overseer, 'worker');
    for (const nth of [0, 1]) {
      const run = overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] });
      await turns();
      clock.advance(2_000);
      worker.calls[nth]?.answer('done');
      await run.result;
      clock.advance(3_000);
    }
    await turns();
    expect(heard).toEqual([
      'connecting/first processing ready',
      'connected validating ready',
      'connected idle ready',
      'connected processing ready',
      'connected validating ready',
      'connected idle ready',
    ]);
    const [, state] = overseer.models();
    expect(state?.connection.sinceAt).toBe(clock.now() - 8_000);
    expect(state?.work.sinceAt).toBe(clock.now() - 3_000);
  });

  it('M2: a thousand calls are told, and written down once', async () => {
    const disk = mortalDisk();
    const model = fakeModel({ id: 'worker', reply: () => ({ text: 'done' }) });
    const overseer = await createOverseer({
      overseer: 'worker',
      models: { worker: { model, concurrency: 1 } },
      store: disk.open,
    });
    const heard = hear(overseer, 'worker');
    const tasks = Array.from({ length: 1_000 }, () => ({ instruction: 'a' }));
    await overseer.run({ tasks }).result;
    await overseer.close();
    expect(heard.filter((words) => words.includes('processing')).length).toBeGreaterThan(900);
    expect(await changes(disk)).toEqual(['worker connected validating: it answered last']);
  });

  it('M1 M2: a model that comes, waits for a limit, is changed and leaves', async () => {
    const clock = createFakeClock();
    const model = fakeModel({ id: 'late', reply: () => ({ text: 'done' }) });
    await using overseer = await createOverseer({ overseer: 'boss', models: { boss }, clock });
    const heard = hear(overseer, 'late');
    await overseer.addModel('late', { model, limits: ['1 calls / 1m'] });
    await turns();
    await overseer.run({ tasks: [{ instruction: 'a', model: 'late' }] }).result;
    await turns();
    expect(heard.splice(0)).toEqual([
      'disconnected/not-asked idle ready',
      'connecting/first processing/limit busy',
      'connected validating/limit busy',
      'connected waiting/limit busy',
    ]);
    await overseer.reconfigureModel('late', { limits: ['9 calls / 1m'] });
    await turns();
    await overseer.reconfigureModel('late', { limits: ['1 calls / 1m'] });
    await turns();
    clock.advance(61_000);
    await turns();
    const gap = clock.now() - (overseer.models()[1]?.work.sinceAt ?? 0);
    expect(gap).toBeLessThanOrEqual(1_000);
    await overseer.removeModel('late');
    await turns();
    expect(heard).toEqual([
      'connected idle ready',
      'connected waiting/limit busy',
      'connected idle ready',
      'gone',
    ]);
  });

  it('M2 R2: the next process begins anew, and says that what was wrong may be mended', async () => {
    const clock = createFakeClock();
    const disk = mortalDisk();
    const start = (reply: Parameters<typeof fakeModel>[0]['reply']) =>
      createOverseer({
        overseer: 'a',
        models: { a: { model: fakeModel({ reply }) } },
        store: disk.open,
        clock,
      });
    const first = await start(() => ({ error: new ModelError('auth', 'wrong key') }));
    await inTime(clock, first.run({ tasks: [{ instruction: 'x' }] }).result);
    await disk.kill();
    const second = await start(() => ({ text: 'done' }));
    expect(second.models()[0]).toMatchObject({
      connection: { state: 'disconnected', code: 'not-asked' },
      work: { state: 'idle' },
      readiness: 'ready',
    });
    await inTime(clock, second.run({ tasks: [{ instruction: 'y' }] }).result);
    await second.close();
    const written = await changes(disk);
    expect(written[0]).toBe('a connected error in its run: auth: wrong key');
    expect(written[1]).toContain('it may be mended, and is tried anew');
    expect(written[2]).toBe('a connected validating: it answered last');
    expect(written).toHaveLength(3);
  });
});

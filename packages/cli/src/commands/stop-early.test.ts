import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, smallScenario, start } from '../scene.fixture.ts';
import { stoppedEarly } from './stop-early.ts';

describe('Ctrl-C before a run', { tags: ['slow'], timeout: 30_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'K6: %s while servers are asked ends the command with a word, and nothing is begun',
    async (signal) => {
      await using scene = await createScene(smallScenario());
      const mute = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(mute, 'listening');
      const { port } = mute.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/v1`;
      const running = start(scene, ['run', '--base-url', url, '--model', 'm', 'What?']);
      await once(mute, 'connection');
      running.kill(signal);
      const { code, out, err } = await running.ended;
      mute.close();
      expect([code, out, err]).toEqual([130, '', 'Stopped: nothing was begun.\n']);
      expect(await readdir(scene.folder)).toEqual([]);
    },
  );

  it('K6 R2: of a run that was there before, it says how to go on with that', async () => {
    await using scene = await createScene(smallScenario());
    const { code } = await overseer(scene, ['run', ...scene.server, '--model', 'boss', 'What?']);
    expect(code).toBe(0);
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const flags = ['--base-url', `http://127.0.0.1:${port}/v1`, '--model', 'm'];
    const running = start(scene, ['resume', ...flags]);
    await once(mute, 'connection');
    running.kill('SIGINT');
    const ended = await running.ended;
    mute.close();
    expect([ended.code, ended.err]).toEqual([
      130,
      `${stoppedEarly(`overseer resume ${flags.join(' ')}`)}\n`,
    ]);
  });

  it('K6 A6: while the command itself is still being loaded, too', async () => {
    await using scene = await createScene(undefined);
    // Sends the signal as soon as anybody would answer it; nobody who only asks for help does, once all is loaded.
    const send = `process.once('newListener', (name) => {
      if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, name));
    });`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(send)}`;
    const ended = await overseer(scene, ['--help'], { NODE_OPTIONS: preload });
    expect(ended).toMatchObject({ code: 130, out: '', err: `${stoppedEarly()}\n` });
  });

  it('K6 A6: while what a command works with is being loaded, too', async () => {
    await using scene = await createScene(undefined);
    const send = `import { registerHooks } from 'node:module';
    registerHooks({
      load(url, context, next) {
        if (/\\/run(\\.ts|-[0-9A-Z]+\\.js)$/.test(url)) process.kill(process.pid, 'SIGINT');
        return next(url, context);
      },
    });`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(send)}`;
    const ended = await overseer(scene, ['run', 'What?'], { NODE_OPTIONS: preload });
    expect(ended).toMatchObject({ code: 130, out: '', err: `${stoppedEarly()}\n` });
  });
});

import { postgres } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { createScene, overseer } from '../scene.fixture.ts';

describe('overseer mail', { tags: ['slow'], timeout: 60_000 }, () => {
  it.skipIf(postgresPrograms() === undefined)(
    'R7 A6: lists what nobody could act on, shows it, has it tried again, and takes it out',
    async () => {
      await using scene = await createScene(undefined);
      await using server = await startPostgres();
      const store = await postgres(server.url)();
      try {
        for (const id of ['late-reply/c1', 'late-reply/c2', 'late-reply/c3']) {
          const body = { run: 'r1', says: 'canary-77' };
          await store.mail?.put('project/default', { id, kind: 'late-reply', body });
          await store.mail?.setAside?.('project/default', id, 'it could not be acted on 5 times');
        }
        const mail = (...args: readonly string[]) =>
          overseer(scene, ['mail', ...args, '--journal', server.url]);
        const listed = await mail('list');
        expect(listed).toMatchObject({ code: 0, err: '' });
        expect(listed.out).toMatch(/^\S+ .*project\/default +late-reply\/c1 .* 5 times$/m);
        expect(listed.out).not.toContain('canary');
        const json = (await mail('list', '--json')).out.trim().split('\n');
        expect(json.map((line) => JSON.parse(line).id)).toHaveLength(3);
        expect(json.join()).not.toContain('canary');
        const shown = await mail('show', 'late-reply/c1');
        expect(JSON.parse(shown.out)).toMatchObject({
          stream: 'project/default',
          body: { says: 'canary-77' },
        });
        expect(await mail('retry', 'late-reply/c1')).toMatchObject({
          code: 0,
          out: expect.stringMatching(/^1 message will be read again: postgres:/),
        });
        expect(await store.mail?.read('project/default', 9)).toHaveLength(1);
        expect(await mail('retry', 'late-reply/c1')).toMatchObject({
          code: 1,
          out: expect.stringContaining('No message late-reply/c1 was set aside.'),
        });
        const other = ['--stream', 'project/other'];
        expect((await mail('remove', 'late-reply/c2', ...other)).code).toBe(1);
        expect(await mail('remove', 'late-reply/c2')).toMatchObject({ code: 0 });
        expect(JSON.parse((await mail('remove', '--all', '--json')).out)).toEqual({ changed: 1 });
        expect((await mail('list')).out).toBe('No message was set aside.\n');
        for (const wrong of [['remove'], ['retry', 'x', '--all'], ['remove', '--all', ...other]]) {
          expect(await mail(...wrong)).toMatchObject({
            code: 2,
            err: expect.stringContaining('[config.command-line]'),
          });
        }
      } finally {
        await store.close();
      }
    },
  );

  it('R7: of a file there is none', async () => {
    await using scene = await createScene(undefined);
    const store = await sqlite(`${scene.folder}/j.db`)();
    await store.close();
    const mail = (...args: readonly string[]) =>
      overseer(scene, ['mail', ...args, '--journal', 'j.db']);
    expect(await mail('list')).toMatchObject({ code: 0, out: 'No message was set aside.\n' });
    expect((await mail('remove', '--all')).code).toBe(1);
    expect(await overseer(scene, ['mail', 'list', '--journal', 'none.db'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('[config.no-journal]'),
    });
  });
});

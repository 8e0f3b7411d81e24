import { createNode, type ProjectTeam } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { postgres } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it } from 'vitest';
import { createScene, overseer } from '../scene.fixture.ts';

const team = (): ProjectTeam => ({
  overseer: 'a',
  models: { a: { model: fakeModel({ reply: () => ({ text: 'fine' }) }) } },
});

describe('overseer nodes and hand-over', { tags: ['slow'], timeout: 90_000 }, () => {
  it.skipIf(postgresPrograms() === undefined)(
    'R8 R12 A6: show who works on what, and give a project to another node',
    async () => {
      await using scene = await createScene(undefined);
      await using server = await startPostgres();
      const store = postgres(server.url);
      await using one = await createNode({ store, team, name: 'one' });
      await (await one.lead('p1')).run({ tasks: [{ instruction: 'x' }] }).result;
      await using _two = await createNode({ store, team, name: 'two' });
      const ask = (...args: readonly string[]) =>
        overseer(scene, [...args, '--journal', server.url]);
      const seen = await ask('nodes');
      expect(seen).toMatchObject({ code: 0, err: '' });
      expect(seen.out).toMatch(/^one +\d+ /m);
      expect(seen.out).toMatch(/^p1 +one /m);
      const nobody = await ask('hand-over', 'p1');
      expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('[config.approval]') });
      const order = ['--by', 'mia', '--because', 'maintenance'];
      const given = await ask('hand-over', 'p1', ...order);
      expect(given).toMatchObject({ code: 0, out: 'p1 went from one to two.\n' });
      const other = await ask('hand-over', 'p9', ...order);
      expect(other.code).not.toBe(0);
      expect(other.err).toContain('Nobody works on p9');
    },
  );
});

import { createOverseer } from '@overseer/core';
import { postgres } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { describe, expect, it } from 'vitest';
import { team } from './moving.fixture.ts';
import { createScene, overseer } from './scene.fixture.ts';

describe.skipIf(postgresPrograms() === undefined)('an address that names a schema', () => {
  it('R7 A6 X2: leads every command to that journal, and its password is shown nowhere', {
    tags: ['slow'],
    timeout: 90_000,
  }, async () => {
    await using scene = await createScene(undefined);
    await using server = await startPostgres({ fsync: false });
    const worked = await createOverseer({
      ...team(),
      store: postgres({ connection: server.url, schema: 'team_a' }),
    });
    await worked.run({ tasks: [{ instruction: 'x' }] }).result;
    await worked.close();
    const url = new URL(server.url);
    url.password = 'sesame';
    const at = (schema: string): string => {
      url.searchParams.set('overseer_schema', schema);
      return url.href;
    };
    const ask = async (journal: string, ...args: readonly string[]) => {
      const ended = await overseer(scene, [...args, '--journal', journal]);
      expect(ended.out + ended.err).not.toContain('sesame');
      return ended;
    };
    expect((await ask(at('team_a'), 'status')).out).toContain('completed');
    expect(await ask(at('team_a'), 'verify')).toMatchObject({ code: 0, err: '' });
    expect((await ask(at('team_a'), 'doctor')).out).toContain('schema team_a is version');
    expect((await ask(at('team_a'), 'export', 'a.ovpkg')).code).toBe(0);
    const moved = await ask(at('team_b'), 'import', 'a.ovpkg', '--key', '.overseer/key.secret');
    expect(moved).toMatchObject({ code: 0, err: '' });
    expect(moved.out).toMatch(/ in postgres:\/\/.*\?overseer_schema=team_b\.$/m);
    const again = await ask(at('team_b'), 'import', 'a.ovpkg', '--json');
    expect(JSON.parse(again.out)).toMatchObject({
      written: 0,
      journal: expect.stringMatching(/\?overseer_schema=team_b$/),
    });
    url.searchParams.delete('overseer_schema');
    const none = await ask(url.href, 'status');
    expect(none.code).not.toBe(0);
    expect(none.err).toContain('in the schemas team_a, team_b: add ?overseer_schema=NAME');
    expect(server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'overseer'")).toBe('0');
  });
});

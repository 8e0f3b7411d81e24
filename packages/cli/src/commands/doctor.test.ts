import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentHolder } from '@overseer/core/plugin';
import { postgres } from '@overseer/storage/postgres';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, smallScenario } from '../scene.fixture.ts';

describe('overseer doctor', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R5 A6: says of a file whether it is sound, beside whoever works on it', async () => {
    await using scene = await createScene(undefined);
    const journal = join(scene.folder, 'journal.db');
    const missing = await overseer(scene, ['doctor', '--journal', journal]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('[config.no-journal]') });
    const store = await sqlite(journal)();
    await store.leases.acquire('system', currentHolder('test'));
    const { code, out, err } = await overseer(scene, ['doctor', '--journal', journal]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const line of [
      /^✓ integrity: every page is sound$/m,
      /^✓ writes: /m,
      /^✓ lease: held by test/m,
      /^. room: .* GiB are free$/m,
      /^! retention: nothing is ever erased: .* not sealed$/m,
    ]) {
      expect(out).toMatch(line);
    }
    await store.close();
    await writeFile(journal, 'no database at all, and long enough to be taken for one'.repeat(40));
    const damaged = await overseer(scene, ['doctor', '--journal', journal, '--json']);
    expect(damaged.code).toBe(1);
    expect(JSON.parse(damaged.out)).toMatchObject({ name: 'file', state: 'bad' });
  });

  it.skipIf(postgresPrograms() === undefined)(
    'R5 A6: says of a server what it promises and what it lacks',
    async () => {
      await using scene = await createScene(undefined);
      await using server = await startPostgres({ settings: { max_connections: '40' } });
      const ask = async (...flags: readonly string[]) => {
        const { out, code } = await overseer(scene, [
          'doctor',
          '--journal',
          server.url,
          '--json',
          ...flags,
        ]);
        const found = out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        const states = Object.fromEntries(found.map(({ name, state }) => [name, state]));
        return { code, states };
      };
      const { code, states } = await ask();
      // This server is there for tests alone.
      expect(states).toEqual({
        ...{ host: 'good', version: 'good', disk: 'bad', commits: 'good', standby: 'poor' },
        ...{ lag: 'good', connections: 'good', schema: 'good' },
      });
      const tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'meta'";
      expect(server.sql(tables)).toBe('0');
      await (await postgres(server.url)()).close();
      expect((await ask()).states).toMatchObject({ schema: 'good', retention: 'poor' });
      expect(code).toBe(1);
      server.sql('ALTER SYSTEM SET synchronous_standby_names = nobody; ');
      server.sql('ALTER SYSTEM SET synchronous_commit = off');
      server.sql('SELECT pg_reload_conf()');
      await expect
        .poll(() => server.sql('SHOW synchronous_commit'), { timeout: 20_000 })
        .toBe('off');
      expect((await ask('--nodes', '4')).states).toMatchObject({
        ...{ commits: 'poor', standby: 'bad', connections: 'bad' },
      });
    },
  );

  it.skipIf(postgresPrograms() === undefined)(
    'R5 A6: a run may keep its journal in a database, of which no password is shown',
    async () => {
      await using scene = await createScene(smallScenario());
      await using server = await startPostgres();
      const journal = server.url.replace('postgres@', 'postgres:sesame@');
      const goal = ['run', ...scene.server, '--model', 'boss', '--journal', journal, 'First?'];
      const ran = await overseer(scene, goal);
      expect(ran.code, ran.err).toBe(0);
      const { out } = await overseer(scene, ['status', '--journal', journal]);
      expect(out).toMatch(/First\? +completed/);
      const words = [ran.out, ran.err, out].join();
      expect(words).toContain(`127.0.0.1:${server.port}`);
      expect(words).not.toContain('sesame');
      const wrong = await overseer(scene, [
        'status',
        '--journal',
        'postgres://x:sesame@127.0.0.1:1/d',
      ]);
      expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('[store.unreachable]') });
      expect(wrong.err).not.toContain('sesame');
    },
  );
});

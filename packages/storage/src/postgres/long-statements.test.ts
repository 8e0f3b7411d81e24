import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { compactPostgres } from './compact-postgres.ts';
import { connect } from './connect.ts';
import { migrate } from './migrate.ts';
import { loadPg } from './pg-client.ts';
import { settle } from './postgres-options.ts';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { startProxy } from './proxy.fixture.ts';
import { MIGRATIONS } from './schema.ts';
import { sealPostgres } from './seal-postgres.ts';
import { postgresPrograms } from './throwaway-server.ts';

const SLOW = { tags: ['slow'], timeout: 60_000 };

describe.skipIf(postgresPrograms() === undefined)(
  'what takes longer than a statement may',
  SLOW,
  () => {
    const database = testDatabase(beforeAll, afterAll);

    it.each([
      ['VALIDATE CONSTRAINT', 'a look at every row'],
      ['VACUUM', 'clearing up'],
    ])('X2 R11: is not cut off while it looks after a journal (%s, %s)', async (statement) => {
      await using proxy = await startProxy(database.server.port);
      const schema = database.newSchema();
      {
        await using owned = await openOwned({ connection: database.server.url, schema });
        await owned.store.events.append(owned.epoch, [eventAt(1)]);
      }
      proxy.commit = statement;
      proxy.fault = 'late';
      const options = { connection: proxy.url, schema, timeoutMs: 1_000 };
      expect(await sealPostgres(options, testKeys())).toMatchObject({ sealed: 1 });
      expect(proxy.fault).toBe('none');
      proxy.commit = 'VACUUM';
      proxy.fault = 'late';
      expect(await compactPostgres(options, { keys: testKeys() })).toMatchObject({ blobs: 0 });
      expect(proxy.fault).toBe('none');
    });

    it('R5: a change of the schema may take long, and what is asked after it may not', async () => {
      const schema = database.newSchema();
      const settings = settle({ connection: database.server.url, schema, timeoutMs: 1_000 });
      const connection = await connect(await loadPg(), settings, { label: 'test', writes: true });
      try {
        await migrate(connection, schema, 'test', [...MIGRATIONS, 'SELECT pg_sleep(2.3)']);
        const { rows } = await connection.query("SELECT value FROM meta WHERE key = 'version'");
        expect(rows).toEqual([{ value: String(MIGRATIONS.length + 1) }]);
        await expect(connection.query('SELECT pg_sleep(2.3)')).rejects.toMatchObject({
          code: 'SILENT',
        });
      } finally {
        await connection.end();
      }
    });
  },
);

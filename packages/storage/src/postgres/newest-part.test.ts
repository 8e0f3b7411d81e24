import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './connect.ts';
import { migrate } from './migrate.ts';
import { newestPart } from './newest-part.ts';
import { loadPg } from './pg-client.ts';
import { settle } from './postgres-options.ts';
import { testDatabase } from './postgres-tests.fixture.ts';
import { MIGRATIONS } from './schema.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe('what the last change of a schema brings', () => {
  it('R5: is a column of a table', () => {
    expect(newestPart(['CREATE TABLE a (b text)', 'ALTER TABLE a ADD COLUMN c text'])).toEqual([
      'a',
      'c',
    ]);
    expect(newestPart(['\n  CREATE TABLE new_one (\n    id bigint,\n    d text)'])).toEqual([
      'new_one',
      'id',
    ]);
  });

  it('R5: cannot be nothing, nor that of a change before', () => {
    for (const last of [
      "UPDATE meta SET value = 3 WHERE key = 'min_writer'",
      'CREATE INDEX i ON a (b)',
    ]) {
      expect(() => newestPart(['CREATE TABLE a (b text)', last])).toThrow('brings no column');
    }
    expect(() => newestPart([])).toThrow('brings no column');
  });
});

describe.skipIf(postgresPrograms() === undefined)('the newest part of a schema', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R5: is there once its last change was made, and not before', async () => {
    const where = { connection: database.server.url, schema: database.newSchema() };
    const settings = settle(where);
    const connection = await connect(await loadPg(), settings, { label: 'test', writes: true });
    const isThere = async (): Promise<boolean> => {
      const text = `SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2`;
      return (await connection.query({ text, values: [...newestPart()] })).rows.length > 0;
    };
    try {
      await migrate(connection, where.schema, 'test', MIGRATIONS.slice(0, -1));
      expect(await isThere()).toBe(false);
      await migrate(connection, where.schema, 'test');
      expect(await isThere()).toBe(true);
    } finally {
      await connection.end();
    }
  });
});

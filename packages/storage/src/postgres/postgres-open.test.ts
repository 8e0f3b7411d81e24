import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { OverseerError } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgres } from './postgres.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { startProxy } from './proxy.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('opening a store in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);

  it('R5: says what it can promise, and its name shows no password', async () => {
    const connection = database.server.url.replace('postgres@', 'postgres:sesame@');
    await using store = await openStore({ connection, schema: database.newSchema() });
    expect(store.capabilities).toEqual({ durable: true, shared: true, leaseMs: 6_000 });
    expect(store.name).toContain('127.0.0.1');
    expect(store.name).not.toContain('sesame');
  });

  it('R5: several processes may make the tables at once', async () => {
    const schema = database.newSchema();
    const opening = Array.from({ length: 4 }, () =>
      postgres({ connection: database.server.url, schema })(),
    );
    for (const store of await Promise.all(opening)) await store.close();
  });

  it('R5: holds 12 connections at most, however much is asked of it at once', async () => {
    const schema = database.newSchema();
    await expect.poll(connections, { timeout: 20_000 }).toBe(0);
    await using owned = await openOwned({ connection: database.server.url, schema, poolSize: 6 });
    const { store, epoch } = owned;
    const work = Array.from({ length: 60 }, async (_, at) => {
      await store.events.append(epoch, [eventAt(at + 1)]);
      await store.events.read({ stream: 'system', after: 0, limit: 50 });
      await store.leases.renew?.('system', epoch);
      return at % 4 === 0 ? connections() : 0;
    });
    const most = Math.max(...(await Promise.all(work)));
    expect(most).toBeGreaterThan(3);
    expect(most).toBeLessThanOrEqual(11);
    await store.close();
    await expect.poll(connections, { timeout: 20_000 }).toBe(0);
  });

  it('R5: goes past hosts that are down or take no writes', async () => {
    const schema = database.newSchema();
    const { port } = database.server;
    const connection = `postgres://postgres@127.0.0.1:1,127.0.0.1:${port}/postgres`;
    await using store = await openStore({ connection, schema });
    expect(await store.events.streams()).toEqual([]);
    database.server.sql(
      'CREATE ROLE reader LOGIN; ALTER ROLE reader SET default_transaction_read_only = on',
    );
    const reader = database.server.url.replace('postgres@', 'reader@');
    await using other = await openStore({ connection: [reader, database.server.url], schema });
    expect(await other.events.streams()).toEqual([]);
    await refused({ connection: reader, schema }, 'store.read-only', /takes no writes/);
  });

  it('R5: says what is wrong where it cannot open, and never shows the password', async () => {
    const { server } = database;
    const { url, port } = server;
    const schema = database.newSchema();
    const options = { schema, connection: url };
    await refused(
      { ...options, connection: 'postgres://127.0.0.1:1/x' },
      'store.unreachable',
      /check that PostgreSQL runs/,
    );
    await refused(
      { ...options, connection: `postgres://postgres@127.0.0.1:${port}/none` },
      'store.unreachable',
      /no such database/,
    );
    server.sql(
      "CREATE ROLE few LOGIN CONNECTION LIMIT 0; CREATE ROLE weak LOGIN; CREATE ROLE guarded LOGIN PASSWORD 'sesame'",
    );
    await refused(
      { ...options, connection: url.replace('postgres@', 'few@') },
      'store.unreachable',
      /max_connections/,
    );
    await refused(
      { ...options, connection: url.replace('postgres@', 'weak@') },
      'store.read-only',
      /may not do that/,
    );
    const rules = join(server.folder, 'pg_hba.conf');
    const before = await readFile(rules, 'utf8');
    await writeFile(rules, 'host all guarded 127.0.0.1/32 scram-sha-256\n');
    await appendFile(rules, before);
    server.sql('SELECT pg_reload_conf()');
    const wrong = await refused(
      { ...options, connection: url.replace('postgres@', 'guarded:open-sesame-wrong@') },
      'store.unreachable',
      /refuses the password/,
    );
    expect(wrong).not.toContain('wrong');
    await refused(
      { ...options, connection: url.replace('postgres@', 'guarded@') },
      'store.failed',
      /password/,
    );
  });

  it('R5: refuses a pooler, unless it is said to keep whole sessions', async () => {
    await using proxy = await startProxy(database.server.port, true);
    const options = { connection: proxy.url, schema: database.newSchema() };
    await refused(options, 'store.unreachable', /is a pooler/);
    await using store = await openStore({ ...options, pooled: 'session' });
    expect(await store.events.streams()).toEqual([]);
  });

  it('R5: a user who may not create schemas can be given one', async () => {
    const { server } = database;
    const schema = database.newSchema();
    server.sql('CREATE ROLE tenant LOGIN');
    server.sql(`CREATE SCHEMA ${schema} AUTHORIZATION tenant`);
    const connection = server.url.replace('postgres@', 'tenant@');
    await using owned = await openOwned({ connection, schema });
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    expect(await owned.store.events.head('system')).toBe(1);
  });

  it('R5: refuses what a newer version wrote, and tables that are of something else', async () => {
    const { server } = database;
    const [newer, writer, other] = [
      database.newSchema(),
      database.newSchema(),
      database.newSchema(),
    ];
    for (const schema of [newer, writer]) {
      await (await postgres({ connection: server.url, schema })()).close();
    }
    server.sql(`UPDATE ${newer}.meta SET value = 99 WHERE key = 'version'`);
    await refused(
      { connection: server.url, schema: newer },
      'store.newer',
      /newer Overseer.*version 99/,
    );
    server.sql(`UPDATE ${writer}.meta SET value = 99 WHERE key = 'min_writer'`);
    await refused({ connection: server.url, schema: writer }, 'store.newer', /wants writer 99/);
    server.sql(`CREATE SCHEMA ${other}; CREATE TABLE ${other}.meta (key text, value bigint)`);
    await refused({ connection: server.url, schema: other }, 'store.corrupt', /not of Overseer/);
  });

  it.each([
    [{ connection: 'journal.db' }, /begins with postgres:\/\//],
    [{ connection: [] }, /No address/],
    [{ connection: 'postgres://h/d', schema: 'A-b' }, /schema is "A-b"/],
    [
      { connection: 'postgres://h/d', poolSize: 7 },
      /poolSize is 7: give a whole number from 2 to 6/,
    ],
    [{ connection: 'postgres://h/d', leaseMs: 5.5 }, /leaseMs is 5.5/],
  ])('R5: refuses options that cannot be kept: %j', (options, said) => {
    expect(() => postgres(options)).toThrow(said);
  });

  it('R5: a store left open keeps no process alive', async () => {
    const program = `
      import { currentHolder } from '@overseer/core/plugin';
      import { postgres } from '@overseer/storage/postgres';
      const store = await postgres({ connection: process.argv[1], schema: process.argv[2] })();
      await store.leases.acquire('system', currentHolder('child'));
      await store.events.streams();`;
    const child = spawn(
      process.execPath,
      [
        '--conditions=@overseer/source',
        '--input-type=module',
        '-e',
        program,
        database.server.url,
        database.newSchema(),
      ],
      {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('R11: an event that was changed in the database is refused by its seq', async () => {
    const { server } = database;
    const schema = database.newSchema();
    await using owned = await openOwned({ connection: server.url, schema });
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(1), eventAt(2, 'x'.repeat(5_000)), eventAt(3)]);
    const read = (limit: number) => store.events.read({ stream: 'system', after: 0, limit });
    server.sql(
      `UPDATE ${schema}.event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'test', 'text'), 'UTF8') WHERE seq = 3`,
    );
    await expect(read(9)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('seq 3'),
    });
    server.sql(`DELETE FROM ${schema}.blob`);
    await expect(read(2)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('seq 2'),
    });
  });

  function connections(): number {
    return Number(
      database.server.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'overseer %'",
      ),
    );
  }
});

async function refused(options: PostgresOptions, code: string, said: RegExp): Promise<string> {
  const error = await postgres({ patienceMs: 0, ...options })().then(
    (store) => store.close(),
    (reason: unknown) => reason,
  );
  if (!OverseerError.is(error)) throw new Error(`it was opened, or refused with ${String(error)}`);
  expect(error.code, error.message).toBe(code);
  expect(error.message).toMatch(said);
  return error.message;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { connect } from './connect.ts';
import {
  type AsideMailTo,
  readAsideMail,
  removeAsideMail,
  retryAsideMail,
} from './look-after-mail.ts';
import { migrate } from './migrate.ts';
import { loadPg } from './pg-client.ts';
import { type PostgresOptions, settle } from './postgres-options.ts';
import { openStore, testDatabase } from './postgres-tests.fixture.ts';
import { MIGRATIONS } from './schema.ts';
import { postgresPrograms } from './throwaway-server.ts';

const SEALED = { encryption: { keys: testKeys() } };

describe.skipIf(postgresPrograms() === undefined)('mail that was set aside in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (more: Partial<PostgresOptions> = {}) => ({
    connection: database.server.url,
    schema: database.newSchema(),
    ...more,
  });
  const change = ({ schema }: { readonly schema: string }, sql: string): string =>
    database.server.sql(`SET search_path = ${schema}; ${sql}`);
  const asideIn = async (options: PostgresOptions): Promise<readonly AsideMailTo[]> => {
    const all: AsideMailTo[] = [];
    for await (const mail of readAsideMail(options)) all.push(mail);
    return all;
  };

  it.each([
    ['in the clear', {}],
    ['sealed', SEALED],
  ])('R7 X3: is read, tried again and taken out, %s', async (_how, more) => {
    const options = fresh(more);
    await using store = await openStore(options);
    for (const stream of ['project/a', 'project/b']) {
      for (const id of ['one', 'two', 'three']) {
        await store.mail?.put(stream, { id, kind: 'note', body: { says: `${stream} ${id}` } });
        await store.mail?.setAside?.(stream, id, `${id} \u0000 is odd`);
      }
    }
    change(options, "UPDATE mail SET body = '\\x00' WHERE name = 'three' AND stream = 'project/b'");
    const all = await asideIn(options);
    expect(all.map(({ stream, id }) => `${stream} ${id}`)).toEqual(
      ['a', 'b'].flatMap((to) => ['one', 'two', 'three'].map((id) => `project/${to} ${id}`)),
    );
    expect(all[0]).toMatchObject({
      ...{ kind: 'note', body: { says: 'project/a one' }, because: 'one \u0000 is odd' },
    });
    expect(Math.abs(Date.now() - (all[0]?.at ?? 0))).toBeLessThan(60_000);
    expect(all[5]).toMatchObject({
      body: null,
      problem: expect.stringContaining('cannot be read'),
    });

    expect(await retryAsideMail(options, { id: 'one', stream: 'project/a' })).toBe(1);
    expect(await store.mail?.read('project/a', 9)).toEqual([
      { id: 'one', kind: 'note', body: { says: 'project/a one' } },
    ]);
    expect(await removeAsideMail(options, { id: 'two' })).toBe(2);
    expect(await removeAsideMail(options, { id: 'nobody' })).toBe(0);
    // What waits is not taken for set aside.
    expect(await removeAsideMail(options, { id: 'one', stream: 'project/a' })).toBe(0);
    expect((await asideIn(options)).map(({ id }) => id)).toEqual(['three', 'one', 'three']);
    expect(await removeAsideMail(options, 'all')).toBe(3);
    expect(await asideIn(options)).toEqual([]);
    expect(change(options, 'SELECT count(*) FROM mail WHERE octet_length(body) > 0')).toBe('1');
    // Its sender may not know yet.
    await store.mail?.put('project/a', { id: 'two', kind: 'note', body: 'again' });
    expect(await store.mail?.read('project/a', 9)).toHaveLength(1);
  });

  it('R7 X3: a thousand are kept at most, and none for more than thirty days', async () => {
    const options = fresh();
    await using store = await openStore(options);
    const many = `INSERT INTO mail (stream, name, kind, codec, body, aside, aside_at)
      SELECT 'project/' || n % 5, 'm' || n, 'note', 0, '{}', 'it is odd', now() - n * interval '1 min'
      FROM generate_series(1, 1005) n`;
    change(options, many);
    const setAside = async (id: string): Promise<void> => {
      await store.mail?.put('project/x', { id, kind: 'note', body: null });
      await store.mail?.setAside?.('project/x', id, 'it is odd');
    };
    await setAside('last');
    const kept = await asideIn(options);
    expect(kept).toHaveLength(1_000);
    expect(kept.map(({ id }) => id)).not.toContain('m1000');
    expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(['m999', 'last']));
    change(options, "UPDATE mail SET aside_at = aside_at - interval '31 days' WHERE name <> 'm1'");
    await setAside('later');
    expect((await asideIn(options)).map(({ id }) => id).toSorted()).toEqual(['later', 'm1']);
  });

  it('R5: a schema from before, whose sealing was broken off, is brought up to date', async () => {
    const options = fresh();
    const settings = settle(options);
    const connection = await connect(await loadPg(), settings, { label: 'old', writes: true });
    try {
      await migrate(connection, options.schema, 'test', MIGRATIONS.slice(0, -1));
    } finally {
      await connection.end();
    }
    change(
      options,
      `INSERT INTO mail (stream, name, kind, codec, body, aside) VALUES ('project/x', 'm', 'note', 0, '{}', 'odd');
       ALTER TABLE mail ADD CONSTRAINT mail_is_sealed CHECK (codec = 1) NOT VALID`,
    );
    await expect(asideIn(options)).rejects.toMatchObject({ code: 'store.read-only' });
    await (await openStore(options)).close();
    const all = await asideIn(options);
    expect(all).toMatchObject([{ id: 'm', because: 'odd' }]);
    expect(Math.abs(Date.now() - (all[0]?.at ?? 0))).toBeLessThan(60_000);
  });
});

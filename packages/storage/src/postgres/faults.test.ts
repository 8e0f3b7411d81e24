import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import type { LeaseHolder, StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examinePostgres } from './examine-postgres.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { startProxy } from './proxy.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('faults of a PostgreSQL store', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (more: Partial<PostgresOptions> = {}) => ({
    connection: database.server.url,
    schema: database.newSchema(),
    ...more,
  });
  const holder = currentHolder('other');

  it('R7: closing ends in time where the server does not answer any more', {
    timeout: 30_000,
  }, async () => {
    await using proxy = await startProxy(database.server.port);
    const { store, epoch } = await openOwned(fresh({ connection: proxy.url }));
    await store.events.append(epoch, [eventAt(1)]);
    proxy.fault = 'silent';
    const pending = store.events.append(epoch, [eventAt(2)]).catch((error: unknown) => error);
    await sleep(50);
    const begunAt = performance.now();
    await store.close();
    expect(performance.now() - begunAt).toBeLessThan(6_500);
    expect(await pending).toMatchObject({ code: 'store.unreachable' });
  });

  it('R6 R7: after a crash of one of its processes, by which all sessions are lost, who lives is not taken over', async () => {
    const options = fresh();
    await using owned = await openOwned(options, { ...holder, name: 'one' });
    await using other = await openStore(options);
    const started = database.server.sql('SELECT pg_postmaster_start_time()');
    const pid = database.server.sql(
      "SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'",
    );
    process.kill(Number(pid), 'SIGKILL');
    await sleep(200);
    expect(await other.leases.acquire('system', holder)).toMatchObject({ kind: 'busy' });
    expect(await other.leases.standing?.()).toMatchObject([{ name: 'system' }]);
    expect(database.server.sql('SELECT pg_postmaster_start_time()')).toBe(started);
    expect(await owned.store.leases.renew?.('system', owned.epoch)).toBe(true);
    expect(await other.leases.acquire('system', holder)).toMatchObject({ kind: 'busy' });
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
  });

  it('R6: a lease that is given back and taken again at once keeps its lock', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    await using other = await openStore(options);
    let { epoch } = owned;
    for (let round = 0; round < 10; round++) {
      const [, answer] = await Promise.all([
        owned.store.leases.release('system', epoch),
        takenAgain(owned.store, holder),
      ]);
      epoch = answer;
      expect(await other.leases.acquire('system', holder)).toMatchObject({ kind: 'busy' });
    }
  });

  it('R7: a message is not delivered twice whose put was in doubt and that was taken out', async () => {
    const options = fresh();
    await using store = await openStore(options);
    const message = { id: 'm1', kind: 'note', body: { text: 'once' } };
    await store.mail?.put('system', message);
    await store.mail?.remove('system', ['m1']);
    await store.mail?.put('system', message);
    expect(await store.mail?.read('system', 9)).toEqual([]);
    const kept = `SELECT octet_length(body) FROM ${options.schema}.mail`;
    expect(database.server.sql(kept)).toBe('0');
    database.server.sql(`UPDATE ${options.schema}.mail SET gone_at = now() - interval '3 hours'`);
    await store.mail?.remove('system', ['none']);
    expect(database.server.sql(`SELECT count(*) FROM ${options.schema}.mail`)).toBe('0');
  });

  it('R7: a message that cannot be read, or acted on, keeps no other waiting, and the doctor tells', async () => {
    const options = fresh();
    await using store = await openStore(options);
    for (const id of ['m1', 'm2', 'm3']) {
      await store.mail?.put('system', { id, kind: 'note', body: { id } });
    }
    database.server.sql(`UPDATE ${options.schema}.mail SET body = '{' WHERE name = 'm1'`);
    expect(await store.mail?.read('system', 9)).toMatchObject([
      { id: 'm1', body: null, problem: expect.stringContaining('message m1 to system') },
      { id: 'm2' },
      { id: 'm3' },
    ]);
    await store.mail?.setAside?.('system', 'm2', 'nobody knows what it says');
    expect(await store.mail?.read('system', 9)).toMatchObject([{ id: 'm3' }]);
    const findings = await examinePostgres(options);
    expect(findings).toContainEqual(
      expect.objectContaining({
        name: 'mail',
        state: 'poor',
        found: '2 messages were set aside, the first m1 to system: it cannot be read',
      }),
    );
  });
});

async function takenAgain(store: StateStore, holder: LeaseHolder): Promise<number> {
  for (;;) {
    const answer = await store.leases.acquire('system', holder);
    if (answer.kind === 'held') return answer.epoch;
  }
}

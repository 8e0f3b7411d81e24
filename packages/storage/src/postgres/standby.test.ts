import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { examinePostgres } from './examine-postgres.ts';
import { eventAt, openOwned } from './postgres-tests.fixture.ts';
import { type PostgresPair, postgresPrograms, startPostgresPair } from './throwaway-server.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres with a synchronous standby', () => {
  let pair: PostgresPair;
  beforeAll(async () => {
    pair = await startPostgresPair();
  }, 60_000);
  afterAll(() => pair?.[Symbol.asyncDispose]());

  it('R7: nothing is acknowledged that the standby does not have, not even where its wait is cut short, and all goes on', {
    tags: ['slow'],
    timeout: 120_000,
  }, async () => {
    const { primary, standby } = pair;
    const connection = [primary.url, standby.url];
    const options = { connection, schema: 'waiting', timeoutMs: 1_000 };
    await using owned = await openOwned({ ...options, patienceMs: 60_000 });
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(1)]);
    await standby.crash();
    let acknowledged = false;
    const written = store.events.append(epoch, [eventAt(2)]).then(() => {
      acknowledged = true;
    });
    for (let round = 0; round < 5; round++) {
      await sleep(300);
      // Each time PostgreSQL tells the writer that its commit is done.
      primary.sql(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'overseer writer' AND wait_event = 'SyncRep'",
      );
      await sleep(100);
      expect(acknowledged).toBe(false);
    }
    expect(primary.sql('SELECT max(seq) FROM waiting.event')).toBe('2');
    await standby.restart();
    await written;
    const shown = () => standby.sql('SELECT max(seq) FROM waiting.event');
    await vi.waitFor(() => expect(shown()).toBe('2'), { timeout: 60_000 });
    expect(primary.sql('SELECT count(*) FROM waiting.event')).toBe('2');
  });

  it('R7 X5: without its standby no tables are made, which is told after a while in words that say so', {
    tags: ['slow'],
    timeout: 60_000,
  }, async () => {
    const { primary, standby } = pair;
    const options = { connection: primary.url, schema: 'unmade', timeoutMs: 1_000 };
    await standby.crash();
    await expect(openOwned(options)).rejects.toMatchObject({
      code: 'store.unreachable',
      message: expect.stringContaining('waits for a synchronous standby'),
    });
    expect(primary.sql("SELECT to_regnamespace('unmade') IS NULL")).toBe('t');
    await standby.restart();
    await using owned = await openOwned(options);
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
  });

  it('R7 X5: the doctor names a standby that goes by another name than the one that commits wait for', {
    tags: ['slow'],
    timeout: 60_000,
  }, async () => {
    const { primary } = pair;
    const names = (value: string) =>
      primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '${value}'`);
    const before = primary.sql('SHOW synchronous_standby_names');
    const standbyFinding = async () =>
      (await examinePostgres(primary.url)).find(({ name }) => name === 'standby');
    names('db2');
    primary.sql('SELECT pg_reload_conf()');
    await expect.poll(standbyFinding, { timeout: 20_000 }).toMatchObject({
      state: 'bad',
      found: expect.stringMatching(/is db2, and no such standby is there.*calls itself standby$/),
      advice: expect.stringContaining('application_name'),
    });
    names(before);
    primary.sql('SELECT pg_reload_conf()');
    await expect.poll(standbyFinding, { timeout: 20_000 }).toMatchObject({ state: 'good' });
  });

  it('R7: without its standby an append is refused after a while, in words that say so', {
    tags: ['slow'],
    timeout: 60_000,
  }, async () => {
    const { primary, standby } = pair;
    const options = { connection: primary.url, schema: 'refused', timeoutMs: 300 };
    await using owned = await openOwned({ ...options, patienceMs: 3_000 });
    const { store, epoch } = owned;
    await standby.crash();
    await expect(store.events.append(epoch, [eventAt(1)])).rejects.toMatchObject({
      code: expect.stringMatching(/^store\.(unreachable|busy)$/),
      message: expect.stringContaining('waits for a synchronous standby'),
    });
    await standby.restart();
    await store.events.append(epoch, [eventAt(1), eventAt(2)]);
    expect(await store.events.head('system')).toBe(2);
  });
});

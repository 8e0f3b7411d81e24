import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { repairPostgres } from './repair-postgres.ts';
import { sealPostgres } from './seal-postgres.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const KEYS = testKeys();
const SEALED = { encryption: { keys: KEYS } };
const { newPath } = temporaryFolder(afterAll);
const DAMAGE = `UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 300;
  UPDATE event SET run = 'x' WHERE id = 'other 1'`;

describe.skipIf(postgresPrograms() === undefined)('a damaged journal that is sealed', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (more: Partial<PostgresOptions> = {}) => ({
    connection: database.server.url,
    schema: database.newSchema(),
    ...more,
  });
  const change = ({ schema }: { readonly schema: string }, sql: string): string =>
    database.server.sql(`SET search_path = ${schema}; ${sql}`);
  const rules = (schema: string): readonly string[] =>
    database.server
      .sql(`SELECT CASE WHEN pg_get_constraintdef(pg_constraint.oid) LIKE '%mends%' THEN 'mends'
          WHEN convalidated THEN 'done' ELSE 'strict' END
        FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
        WHERE nspname = '${schema}' AND conname LIKE '%_is_sealed'`)
      .trim()
      .split('\n');
  const refusal = { code: 'store.corrupt', message: expect.stringContaining('overseer repair') };

  it('X2 R11: can be repaired where the sealing was broken off by the damage, and sealed then', async () => {
    const options = fresh();
    await fill(options);
    change(options, DAMAGE);
    await expect(sealPostgres(options, KEYS)).rejects.toMatchObject(refusal);
    const repaired = await repairPostgres(options, newPath(), { keys: KEYS });
    expect(repaired.streams).toMatchObject([
      { name: 'other', events: 1, lost: [], newFrom: undefined },
      { name: 'system', events: 700, lost: [300] },
    ]);
    expect((await verifyPostgres(options, { keys: KEYS })).problems).toEqual([]);
    expect(await sealPostgres(options, KEYS)).toMatchObject({ sealed: 700 });
    await using store = await openStore({ ...options, ...SEALED });
    const events = await store.events.read({ stream: 'system', after: 0, limit: 1_000 });
    expect(events.filter(({ seq }) => seq !== 300)).toEqual(EVENTS.filter((e) => e.seq !== 300));
  });

  it('X2: a repair lets nobody else write in the clear, not even where it was broken off', async () => {
    const options = fresh();
    await fill(options);
    await using early = await openOwned(options);
    change(options, DAMAGE);
    await expect(sealPostgres(options, KEYS)).rejects.toMatchObject(refusal);
    const busy = repairPostgres(options, newPath());
    await expect(busy).rejects.toMatchObject({ code: 'store.busy' });
    const append = (): Promise<void> => early.store.events.append(early.epoch, [eventAt(701)]);
    await expect(append()).rejects.toMatchObject({ code: 'store.key' });
    await early.store.leases.release('system', early.epoch);
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'overseer upkeep'`;
    const onProgress = (): void => void database.server.sql(end);
    await expect(repairPostgres(options, newPath(), { onProgress })).rejects.toMatchObject({
      code: 'store.unreachable',
    });
    const again = await early.store.leases.acquire('system', currentHolder('test'));
    if (again.kind === 'busy') throw new Error('nobody else has it');
    const late = early.store.events.append(again.epoch, [eventAt(701)]);
    await expect(late).rejects.toMatchObject({ code: 'store.key' });
    await early.store.leases.release('system', again.epoch);
    expect(rules(options.schema)).toEqual(['mends', 'mends', 'mends', 'mends']);
    await repairPostgres(options, newPath(), { keys: KEYS });
    expect(rules(options.schema)).toEqual(['strict', 'strict', 'strict', 'strict']);
    await sealPostgres(options, KEYS);
    expect(rules(options.schema)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('X2 R11: a damaged message does not hold the sealing up once it was repaired, set aside or not', async () => {
    for (const isRead of [false, true]) {
      const options = fresh();
      await fill(options);
      change(options, 'UPDATE mail SET body = set_byte(body, 4, 0)');
      if (isRead) {
        await using store = await openStore(options);
        expect(await store.mail?.read('system', 9)).toMatchObject([
          { id: 'm1', problem: expect.stringContaining('set aside') },
        ]);
      }
      await expect(sealPostgres(options, KEYS)).rejects.toMatchObject(refusal);
      expect(await repairPostgres(options, newPath())).toMatchObject({ quarantined: 1 });
      expect(await sealPostgres(options, KEYS)).toMatchObject({ sealed: 0 });
    }
  });

  it('X2 R7: a message in the clear can be set aside where the sealing was broken off', async () => {
    for (const isDamaged of [false, true]) {
      const options = fresh();
      await fill(options);
      if (isDamaged) change(options, 'UPDATE mail SET body = set_byte(body, 4, 0)');
      change(options, DAMAGE);
      await expect(sealPostgres(options, KEYS)).rejects.toMatchObject(refusal);
      await using store = await openStore({ ...options, ...SEALED });
      const [message] = (await store.mail?.read('system', 9)) ?? [];
      expect(message?.problem).toEqual(isDamaged ? expect.any(String) : undefined);
      if (!isDamaged) await store.mail?.setAside?.('system', 'm1', 'nobody knows its kind');
      expect(await store.mail?.read('system', 9)).toEqual([]);
      expect(
        change(options, 'SELECT get_byte(body, 1) & 2 FROM mail WHERE aside IS NOT NULL'),
      ).toBe('2');
      await repairPostgres(options, newPath(), { keys: KEYS });
      await sealPostgres(options, KEYS);
    }
  });
});

const EVENTS: readonly OverseerEvent[] = Array.from({ length: 700 }, (_, at) =>
  eventAt(at + 1, at % 300 === 7 ? 'large '.repeat(1_000 + at) : `because ${at}`),
);

async function fill(options: PostgresOptions): Promise<void> {
  await using owned = await openOwned(options);
  await owned.store.events.append(owned.epoch, [...EVENTS, eventAt(1, 'test', 'other')]);
  const body = { text: 'said '.repeat(2_000) };
  await owned.store.mail?.put('system', { id: 'm1', kind: 'note', body });
}

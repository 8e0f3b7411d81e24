import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkAudit } from '../sqlite/upkeep/check-audit.ts';
import { exportPostgresAudit } from './audit-postgres.ts';
import { connect } from './connect.ts';
import { examinePostgres } from './examine-postgres.ts';
import { migrate } from './migrate.ts';
import { loadPg } from './pg-client.ts';
import { postgres } from './postgres.ts';
import { settle } from './postgres-options.ts';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { repairPostgres } from './repair-postgres.ts';
import { MIGRATIONS } from './schema.ts';
import { postgresPrograms, startPostgresPair } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

describe.skipIf(postgresPrograms() === undefined)('postgres that is only read', () => {
  const database = testDatabase(beforeAll, afterAll);
  const place = () => ({ connection: database.server.url, schema: database.newSchema() });
  const opened = (where: ReturnType<typeof place>) => postgres({ ...where, readOnly: true })();

  it('R12 Q6: reads beside whoever writes, and writes nothing', { timeout: 60_000 }, async () => {
    const where = place();
    await using owned = await openOwned(where);
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    const store = await opened(where);
    expect(await store.events.head('system')).toBe(1);
    expect(await store.events.read({ stream: 'system', after: 0, limit: 9 })).toHaveLength(1);
    expect(await store.leases.standing?.()).toHaveLength(1);
    const refused = { code: 'store.read-only' };
    await expect(store.events.append(owned.epoch, [eventAt(2)])).rejects.toMatchObject(refused);
    await expect(store.leases.acquire('x', currentHolder('x'))).rejects.toMatchObject(refused);
    await expect(store.blobs.put(new Uint8Array(1))).rejects.toMatchObject(refused);
    await store.close();
    await owned.store.events.append(owned.epoch, [eventAt(2)]);
  });

  it('R12 Q6: makes no journal, and leaves an older one as it is', {
    timeout: 60_000,
  }, async () => {
    const { server } = database;
    const where = place();
    const none = { code: 'store.unreachable', message: expect.stringContaining('no journal') };
    await expect(opened(where)).rejects.toMatchObject(none);
    expect(server.sql(`SELECT count(*) FROM pg_namespace WHERE nspname = '${where.schema}'`)).toBe(
      '0',
    );
    await (await postgres(where)()).close();
    server.sql(`UPDATE ${where.schema}.meta SET value = value - 1 WHERE key = 'version'`);
    const before = server.sql(`SELECT value FROM ${where.schema}.meta WHERE key = 'version'`);
    const older = {
      code: 'store.read-only',
      message: expect.stringContaining(`version ${before}`),
    };
    await expect(opened(where)).rejects.toMatchObject(older);
    expect(server.sql(`SELECT value FROM ${where.schema}.meta WHERE key = 'version'`)).toBe(before);
  });

  it('R7 R12: reads a standby', { tags: ['slow'], timeout: 120_000 }, async () => {
    await using pair = await startPostgresPair();
    const where = { connection: pair.primary.url, schema: 'read' };
    await using owned = await openOwned(where);
    await owned.store.events.append(owned.epoch, [eventAt(1)]);
    const count = () => pair.standby.sql('SELECT count(*) FROM read.event');
    // A standby has on its disk what was acknowledged, and shows it, tables included, a moment later.
    await vi.waitFor(() => expect(count()).toBe('1'), { timeout: 60_000 });
    const store = await postgres({ ...where, connection: pair.standby.url, readOnly: true })();
    expect(await store.events.read({ stream: 'system', after: 0, limit: 9 })).toHaveLength(1);
    await store.close();
    const standby = { ...where, connection: pair.standby.url };
    expect(await verifyPostgres(standby)).toMatchObject({ isSound: true, problems: [] });
    const lines: string[] = [];
    for await (const line of exportPostgresAudit(standby)) lines.push(line);
    expect(await checkAudit(lines)).toMatchObject({ isSound: true, streams: [{ events: 1 }] });
    const findings = await examinePostgres(standby);
    expect(findings).toContainEqual(expect.objectContaining({ name: 'schema', state: 'good' }));
    expect(findings[0]).toMatchObject({ name: 'host', state: 'poor' });
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
    const refused = { code: 'store.read-only' };
    const aside = join(tmpdir(), `overseer-${randomUUID()}`);
    await expect(repairPostgres(standby, aside)).rejects.toMatchObject(refused);
  });

  it('R12 Q6: verify and audit read an older schema or refuse it, and change nothing', {
    timeout: 60_000,
  }, async () => {
    const { server } = database;
    const where = place();
    const old = await connect(await loadPg(), settle(where), { label: 'old', writes: true });
    await migrate(old, where.schema, 'old', MIGRATIONS.slice(0, -1));
    await old.end();
    const before = server.sql(`SELECT value FROM ${where.schema}.meta WHERE key = 'version'`);
    expect(Number(before)).toBe(MIGRATIONS.length - 1);
    const older = {
      code: 'store.read-only',
      message: expect.stringContaining(`version ${before}`),
    };
    await expect(verifyPostgres(where)).rejects.toMatchObject(older);
    await expect(exportPostgresAudit(where).next()).rejects.toMatchObject(older);
    expect(server.sql(`SELECT value FROM ${where.schema}.meta WHERE key = 'version'`)).toBe(before);
  });
});

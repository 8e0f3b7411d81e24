import { existsSync, readFileSync, statSync } from 'node:fs';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { checkAudit } from '../sqlite/upkeep/check-audit.ts';
import { exportPostgresAudit } from './audit-postgres.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { repairPostgres } from './repair-postgres.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const KEYS = testKeys();
const SEALED = { encryption: { keys: KEYS } };
const { newPath } = temporaryFolder(afterAll);

describe.skipIf(postgresPrograms() === undefined)('a damaged journal in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);

  /** A journal that was changed by SQL behind the store's back, and repaired. */
  async function repairedAfter(sql: string, more: Partial<PostgresOptions> = {}) {
    const schema = database.newSchema();
    const options = { connection: database.server.url, schema, ...more };
    await fill(options);
    database.server.sql(`SET search_path = ${schema}; ${sql}`);
    const aside = newPath();
    const report = await repairPostgres(options, aside);
    const checked = await verifyPostgres(options);
    expect(checked.problems).toEqual([]);
    await using store = await openStore(options);
    const events = await store.events.read({ stream: 'system', after: 0, limit: 10_000 });
    const ofSystem = report.streams.find(({ name }) => name === 'system');
    return { options, aside, report, ofSystem, events };
  }

  it.each([
    ['in the clear', {}],
    ['sealed', SEALED],
  ])('R11: repairing a sound one changes nothing, %s', async (_how, more) => {
    const { report, events, aside } = await repairedAfter('SELECT 1', more);
    expect(report).toMatchObject({ quarantined: 0 });
    expect(report.streams.map(({ lostCount, newFrom, cut }) => [lostCount, newFrom, cut])).toEqual([
      [0, undefined, 0],
      [0, undefined, 0],
    ]);
    expect(events).toEqual(EVENTS);
    expect(existsSync(aside)).toBe(false);
  });

  it.each([
    ['spans', "DELETE FROM run_span; INSERT INTO run_span VALUES ('nobody', 1, 0)"],
    ['noted runs', "UPDATE event SET run = 'x' WHERE seq % 3 = 0"],
    ['noted ids', "UPDATE event SET id = 'x' WHERE seq % 3 = 0"],
    ['the name of a stream', "DELETE FROM stream WHERE name = 'system'"],
  ])('R11: makes anew what is derived: %s', async (_what, sql) => {
    for (const more of [{}, SEALED]) {
      const { options, events, report } = await repairedAfter(sql, more);
      expect(report.quarantined).toBe(0);
      expect(events).toEqual(EVENTS);
      await using store = await openStore(options);
      const ofRun = await store.events.read({ stream: 'system', run: 'r3', after: 0, limit: 999 });
      expect(ofRun).toEqual(EVENTS.filter(({ run }) => run === 'r3'));
    }
  });

  it.each([
    ['a changed byte', 'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 300', 1],
    ['an event that is gone', 'DELETE FROM event WHERE seq = 300', 0],
    ['a text that is none', "UPDATE event SET body = '{' WHERE seq = 300", 1],
  ])('R11: puts %s aside, says so in its place, and keeps all others', async (_what, sql, rows) => {
    for (const more of [{}, SEALED]) {
      const { ofSystem, report, events, aside } = await repairedAfter(sql, more);
      expect(ofSystem).toMatchObject({ events: 700, lost: [300], newFrom: 300, cut: 0 });
      expect(report.quarantined).toBe(rows);
      expect(events.filter(({ seq }) => seq !== 300)).toEqual(
        EVENTS.filter(({ seq }) => seq !== 300),
      );
      expect(events[299]).toMatchObject({ type: 'event.erased', data: { lost: true } });
      expect(existsSync(aside)).toBe(rows > 0);
      if (rows > 0) expect(statSync(aside).mode & 0o777).toBe(0o600);
    }
  });

  it.each([
    ['an event', 'seq = 300'],
    ['every event', "run = 'r6'"],
  ])('X3 R11: a run that lost %s can be erased all the same', async (_what, which) => {
    const { options, ofSystem } = await repairedAfter(
      `UPDATE event SET body = set_byte(body, 40, 0) WHERE ${which}`,
      SEALED,
    );
    expect(ofSystem?.lostCount).toBeGreaterThan(0);
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    await store.erase?.(epoch, 'system', 'r6');
    const events = await store.events.read({ stream: 'system', after: 0, limit: 10_000 });
    const of = events.filter(({ run }) => run === 'r6');
    expect(new Set(of.map(({ type }) => type))).toEqual(new Set(['event.erased']));
    expect(events.filter(({ run }) => run !== 'r6')).toEqual(
      EVENTS.filter(({ run }) => run !== 'r6'),
    );
  });

  it('R11: cuts what is damaged at the end, and work goes on behind the last whole event', async () => {
    const { options, ofSystem, aside } = await repairedAfter(
      'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq >= 699',
    );
    expect(ofSystem).toMatchObject({ events: 698, lostCount: 0, cut: 2 });
    expect(readFileSync(aside, 'utf8').trim().split('\n')).toHaveLength(3);
    await using owned = await openOwned(options);
    await owned.store.events.append(owned.epoch, [eventAt(699, 'anew')]);
    expect((await verifyPostgres(options)).isSound).toBe(true);
  });

  it('R11: loses the event whose large value was changed, and snapshots and messages that were', async () => {
    const { ofSystem, report, options } = await repairedAfter(
      `UPDATE blob SET bytes = bytes || '\\x00'::bytea WHERE octet_length(bytes) > 20;
       UPDATE snapshot SET seq = 5; UPDATE mail SET body = '{'`,
    );
    expect(ofSystem).toMatchObject({ lostCount: 3, lost: [8, 308, 608] });
    expect(report.quarantined).toBe(3 + 3 + 2);
    await using store = await openStore(options);
    expect(await store.mail?.read('system', 9)).toEqual([]);
    expect(await store.snapshots.latest('system', 1)).toBeUndefined();
  });

  it('R6: gives epochs that were never given before', async () => {
    const { options } = await repairedAfter(
      'ALTER SEQUENCE lease_epoch RESTART; UPDATE lease SET epoch = 0',
    );
    await using store = await openStore(options);
    const answer = await store.leases.acquire('system', currentHolder('x'));
    expect(answer).toMatchObject({ kind: 'held', epoch: 2 });
  });

  it('R11: does not mend a stream that somebody works on, and writes over no file', async () => {
    const options = { connection: database.server.url, schema: database.newSchema() };
    await fill(options);
    const change = 'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 300';
    database.server.sql(`SET search_path = ${options.schema}; ${change}`);
    await using owned = await openOwned(options);
    const aside = newPath();
    await expect(repairPostgres(options, aside)).rejects.toMatchObject({
      code: 'store.busy',
      message: expect.stringMatching(/^system of .*test \(process \d+\) works on it/),
    });
    await owned.store.leases.release('system', owned.epoch);
    await repairPostgres(options, aside);
    expect((await verifyPostgres(options)).isSound).toBe(true);
    await expect(repairPostgres(options, aside)).rejects.toMatchObject({
      code: 'store.unreachable',
    });
  });

  it('X3 R11: an exported audit proves itself, with the hashes that the store has', async () => {
    for (const more of [{}, SEALED]) {
      const { options } = await repairedAfter('SELECT 1', more);
      const lines: string[] = [];
      for await (const line of exportPostgresAudit(options)) lines.push(line);
      const report = await checkAudit(lines);
      expect(report.problem).toBeUndefined();
      const { streams } = await verifyPostgres(options);
      expect(report.streams).toEqual(
        streams.map(({ name, events, hash }) => ({ name, events, hash })),
      );
      expect(lines.join('\n')).toContain('because 3');
      expect(lines.join('\n')).toContain('large large');
      const { connection, schema } = options;
      const blind: string[] = [];
      for await (const line of exportPostgresAudit({ connection, schema })) blind.push(line);
      expect(blind.join('\n').includes('because 3')).toBe(more !== SEALED);
      expect(await checkAudit(blind)).toMatchObject({ isSound: true });
      const change = 'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 300';
      database.server.sql(`SET search_path = ${schema}; ${change}`);
      const forged: string[] = [];
      for await (const line of exportPostgresAudit(options)) forged.push(line);
      expect(await checkAudit(forged)).toMatchObject({
        problem: expect.stringContaining('seq 300 of system does not follow'),
      });
    }
  });
});

const EVENTS = Array.from({ length: 700 }, (_, at) =>
  eventAt(at + 1, at % 300 === 7 ? 'large '.repeat(1_000 + at) : `because ${at}`),
);

async function fill(options: PostgresOptions): Promise<void> {
  await using owned = await openOwned(options);
  const { store, epoch } = owned;
  await store.events.append(epoch, [...EVENTS, eventAt(1, 'test', 'other')]);
  await store.blobs.put(Buffer.from('by itself'));
  await store.snapshots.put({ stream: 'system', seq: 700, foldVersion: 1, body: { a: 'b' } });
  await store.mail?.put('system', { id: 'm1', kind: 'note', body: { text: 'hello' } });
}

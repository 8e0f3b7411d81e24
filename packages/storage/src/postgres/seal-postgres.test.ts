import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { sealPostgres } from './seal-postgres.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const KEYS = testKeys();
const SEALED = { encryption: { keys: KEYS } };
const CANARY = 'canary-51c9';

describe.skipIf(postgresPrograms() === undefined)('sealing a journal in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (): PostgresOptions & { readonly schema: string } => ({
    connection: database.server.url,
    schema: database.newSchema(),
  });
  const readable = (schema: string): readonly string[] =>
    ['event', 'blob', 'snapshot', 'mail'].filter((table) => {
      const column = table === 'blob' ? 'bytes' : 'body';
      const found = `SELECT count(*) FROM ${schema}.${table} WHERE position('${CANARY}'::bytea IN ${column}) > 0`;
      return database.server.sql(found) !== '0';
    });

  it('X2: leaves nothing readable in any table, and everything in its place', async () => {
    const options = fresh();
    const blob = await fill(options);
    expect(readable(options.schema)).toEqual(['event', 'blob', 'snapshot', 'mail']);
    const report = await sealPostgres(options, KEYS);
    expect(report).toMatchObject({ sealed: 701, streams: [{ events: 1 }, { events: 700 }] });
    expect(readable(options.schema)).toEqual([]);
    await using store = await openStore({ ...options, ...SEALED });
    expect(await contents(store)).toEqual(EVENTS);
    expect(await store.events.read({ stream: 'system', run: 'r3', after: 5, limit: 3 })).toEqual(
      EVENTS.filter(({ run, seq }) => run === 'r3' && seq > 5).slice(0, 3),
    );
    expect(await store.events.streams()).toEqual(expect.arrayContaining(['system', 'other']));
    expect(await store.events.streams()).toHaveLength(2);
    expect(Buffer.from((await store.blobs.get(blob)) ?? []).toString()).toContain(CANARY);
    expect(await store.snapshots.latest('system', 1)).toMatchObject({ body: [CANARY] });
    expect(await store.mail?.read('system', 9)).toMatchObject([{ body: { text: CANARY } }]);
    const checked = await verifyPostgres(options, { keys: KEYS });
    expect(checked.problems).toEqual([]);
    expect(checked.streams.map(({ hash }) => hash).toSorted()).toEqual(
      report.streams.map(({ hash }) => hash).toSorted(),
    );
    expect(await sealPostgres(options, KEYS)).toMatchObject({ sealed: 0, streams: report.streams });
  });

  it('X2 R12: goes on beside a writer with the keys, whose appends are all there, in their order', async () => {
    const options = fresh();
    await fill(options);
    await using owned = await openOwned({ ...options, ...SEALED });
    const { store, epoch } = owned;
    const written: OverseerEvent[] = [...EVENTS];
    const append = async (): Promise<void> => {
      const next = eventAt(written.length + 1, `${CANARY} later`);
      await store.events.append(epoch, [next]);
      written.push(next);
    };
    await append();
    let isOver = false;
    const sealing = sealPostgres(options, KEYS).finally(() => {
      isOver = true;
    });
    while (!isOver) await append();
    await sealing;
    await append();
    expect(written.length).toBeGreaterThan(EVENTS.length + 5);
    expect(await contents(store)).toEqual(written);
    expect(readable(options.schema)).toEqual([]);
    expect((await verifyPostgres(options, { keys: KEYS })).problems).toEqual([]);
    await store.erase?.(epoch, 'system', 'r3');
    expect((await contents(store)).filter(({ type }) => type === 'event.erased')).not.toEqual([]);
  });

  it('X2: a node that was opened without keys can write nothing in the clear from then on', async () => {
    const options = fresh();
    await using early = await openOwned(options);
    await early.store.events.append(early.epoch, [eventAt(1)]);
    await sealPostgres(options, KEYS);
    const writing = early.store.events.append(early.epoch, [eventAt(2, CANARY)]);
    await expect(writing).rejects.toMatchObject({ code: 'store.key' });
    await expect(early.store.blobs.put(Buffer.from(CANARY))).rejects.toMatchObject({
      code: 'store.key',
    });
    expect(readable(options.schema)).toEqual([]);
  });

  it('X2: broken off anywhere, the journal is whole, and asking again goes on', async () => {
    const options = fresh();
    await fill(options);
    const controller = new AbortController();
    let seen = 0;
    const onProgress = (done: number): void => {
      seen = done;
      if (done > 200) controller.abort(new Error('enough'));
    };
    const { signal } = controller;
    await expect(sealPostgres(options, KEYS, { signal, onProgress })).rejects.toThrow('enough');
    expect(seen).toBe(201);
    expect((await verifyPostgres(options, { keys: KEYS })).problems).toEqual([]);
    {
      await using store = await openStore({ ...options, ...SEALED });
      expect(await contents(store)).toEqual(EVENTS);
    }
    expect(await sealPostgres(options, KEYS)).toMatchObject({ sealed: 500 });
    await using store = await openStore({ ...options, ...SEALED });
    expect(await contents(store)).toEqual(EVENTS);
  });

  it('X2: names the first event that is damaged, and changes nothing that is read', async () => {
    const options = fresh();
    await fill(options);
    const change = 'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 300';
    database.server.sql(`SET search_path = ${options.schema}; ${change}`);
    await expect(sealPostgres(options, KEYS)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('seq 300 of system'),
    });
    await using store = await openStore({ ...options, ...SEALED });
    expect(await store.events.read({ stream: 'system', after: 0, limit: 299 })).toEqual(
      EVENTS.slice(0, 299),
    );
  });
});

const EVENTS = Array.from({ length: 700 }, (_, at) =>
  eventAt(at + 1, at % 300 === 7 ? `${CANARY} large `.repeat(500 + at) : `${CANARY} ${at}`),
);

async function fill(options: PostgresOptions): Promise<string> {
  await using owned = await openOwned(options);
  const { store, epoch } = owned;
  await store.events.append(epoch, [...EVENTS, eventAt(1, CANARY, 'other')]);
  await store.snapshots.put({ stream: 'system', seq: 700, foldVersion: 1, body: [CANARY] });
  await store.mail?.put('system', { id: 'm1', kind: 'note', body: { text: CANARY } });
  return await store.blobs.put(Buffer.from(`${CANARY} by itself`));
}

function contents(store: StateStore): Promise<readonly OverseerEvent[]> {
  return store.events.read({ stream: 'system', after: 0, limit: 10_000 });
}

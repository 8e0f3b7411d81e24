import type { StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { compactPostgres } from './compact-postgres.ts';
import { connect } from './connect.ts';
import { Connection } from './connection.ts';
import { loadPg } from './pg-client.ts';
import { postgres } from './postgres.ts';
import { type PostgresOptions, settle } from './postgres-options.ts';
import { eventAt, openOwned, testDatabase } from './postgres-tests.fixture.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const SEALED = { encryption: { keys: testKeys() } };

describe.skipIf(postgresPrograms() === undefined)('compacting a journal in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (more: Partial<PostgresOptions> = {}) => ({
    connection: database.server.url,
    schema: database.newSchema(),
    ...more,
  });

  /** Has all large values be two hours old, or as many minutes as are said. */
  const age = ({ schema }: { readonly schema: string }, minutes = 120): void => {
    const older = `put_at = put_at - interval '${minutes} min'`;
    database.server.sql(`UPDATE ${schema}.blob SET ${older}`);
  };

  it.each([
    ['in the clear', {}],
    ['sealed', SEALED],
  ])('R11: removes what nothing names, and nothing else, %s', async (_how, more) => {
    const options = fresh(more);
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    const kept = await fill(owned);
    const lost = await put(store, 'lost');
    await store.snapshots.put({ stream: 'system', seq: 2, foldVersion: 1, body: ['old'] });
    await store.snapshots.put({ stream: 'system', seq: 3, foldVersion: 2, body: [kept.snapshot] });
    const seen: number[] = [];
    age(options);
    const report = await compactPostgres(options, {
      onProgress: (done) => seen.push(done),
    });
    expect(report).toMatchObject({ blobs: 1, snapshots: 1 });
    expect(report.bytes).toBeGreaterThan(4);
    expect(seen.length).toBeGreaterThan(0);
    expect(await store.blobs.get(lost)).toBeUndefined();
    for (const hash of Object.values(kept)) expect(await store.blobs.get(hash)).toBeDefined();
    expect(await store.snapshots.latest('system', 1)).toBeUndefined();
    expect(await store.snapshots.latest('system', 2)).toMatchObject({ body: [kept.snapshot] });
    expect((await verifyPostgres(options)).problems).toEqual([]);
    age(options);
    expect(await compactPostgres(options)).toEqual({
      blobs: 0,
      snapshots: 0,
      bytes: 0,
    });
    await store.events.append(epoch, [eventAt(4, lost)]);
    expect((await store.events.read({ stream: 'system', after: 3, limit: 1 }))[0]).toMatchObject({
      data: { because: lost },
    });
  });

  it('R11: a value that was put lately, or again, is not removed: its event may be on the way', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    const hash = await put(owned.store, 'soon');
    expect(await compactPostgres(options)).toMatchObject({ blobs: 0 });
    age(options);
    await put(owned.store, 'soon');
    expect(await compactPostgres(options)).toMatchObject({ blobs: 0 });
    age(options);
    await owned.store.events.append(owned.epoch, [eventAt(1, hash)]);
    expect(await compactPostgres(options)).toMatchObject({ blobs: 0 });
    expect(await owned.store.blobs.get(hash)).toBeDefined();
  });

  it('R11: an event whose hash does not prove it is not trusted: nothing is removed, and it is named', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    await fill(owned);
    await put(owned.store, 'lost');
    database.server.sql(
      `UPDATE ${options.schema}.event SET body = replace(convert_from(body, 'UTF8'), 'because', 'becaxse')::bytea WHERE seq = 1`,
    );
    age(options);
    expect(await compactPostgres(options)).toMatchObject({
      blobs: 0,
      damaged: { stream: 'system', seq: 1 },
    });
  });

  it('R11 X3: after an erasure, what the run alone named goes too', async () => {
    const options = fresh(SEALED);
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    const hash = await put(store, 'said by r1');
    await store.events.append(epoch, [eventAt(1, hash)]);
    age(options);
    expect(await compactPostgres(options)).toMatchObject({ blobs: 0 });
    await store.erase?.(epoch, 'system', 'r1');
    age(options);
    expect(await compactPostgres(options)).toMatchObject({ blobs: 1 });
    expect(await store.blobs.get(hash)).toBeUndefined();
  });

  it('R11 R12: beside a write that goes on for long it gives up after a while, and appends hardly wait', {
    tags: ['slow'],
  }, async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    const lost = await put(store, 'lost');
    age(options);
    const settings = settle(options);
    const other = await connect(await loadPg(), settings, { label: 'import', writes: true });
    await other.query('BEGIN; SET idle_in_transaction_session_timeout = 0');
    await other.query('LOCK TABLE event IN ROW EXCLUSIVE MODE');
    let isOver = false;
    const compacting = compactPostgres(options).finally(() => {
      isOver = true;
    });
    const begun = performance.now();
    let stoodStill = 0;
    for (let seq = 1; !isOver; seq++) {
      const before = performance.now();
      await store.events.append(epoch, [eventAt(seq)]);
      const took = performance.now() - before;
      if (took > 100) stoodStill += took;
    }
    const took = performance.now() - begun;
    expect(await compacting).toMatchObject({ blobs: 0, left: 1 });
    expect(stoodStill).toBeLessThan(took / 3);
    await other.query('COMMIT');
    await other.end();
    age(options);
    expect(await compactPostgres(options)).toMatchObject({ blobs: 1 });
    expect(await store.blobs.get(lost)).toBeUndefined();
  });

  it('R11: goes through many streams, snapshots and messages a few at a time, and keeps what any of them names', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    const hashes: string[] = [];
    const body = async (): Promise<string> => {
      hashes.push(await put(store, `value ${hashes.length}`));
      return `because ${hashes.at(-1)}`;
    };
    const streams = Array.from({ length: 600 }, (_, at) => `stream ${at}`);
    await store.events.append(
      epoch,
      await Promise.all(streams.map(async (name) => eventAt(1, await body(), name))),
    );
    for (const stream of streams.slice(0, 25)) {
      await store.snapshots.put({ stream, seq: 1, foldVersion: 1, body: [await body()] });
    }
    for (const stream of streams.slice(0, 120)) {
      await store.mail?.put(stream, { id: 'm', kind: 'note', body: [await body()] });
    }
    const lost = await put(store, 'lost');
    age(options);
    const asked = vi.spyOn(Connection.prototype, 'query');
    expect(await compactPostgres(options)).toMatchObject({ blobs: 1 });
    const answers = await Promise.all(
      asked.mock.calls.map(async ([statement], at) => {
        const { text, values = [] } =
          typeof statement === 'string' ? { text: statement } : statement;
        const rows = (await asked.mock.results[at]?.value)?.rows.length ?? 0;
        return { text, rows, sent: Math.max(0, ...values.map(sizeOf)) };
      }),
    );
    asked.mockRestore();
    const reading = (table: string) => answers.filter(({ text }) => text.includes(`FROM ${table}`));
    expect(Math.max(...reading('snapshot').map(({ rows }) => rows))).toBe(10);
    expect(Math.max(...reading('mail').map(({ rows }) => rows))).toBe(50);
    // All positions are sent once, when values are removed.
    expect(reading('event').filter(({ sent }) => sent > 500)).toHaveLength(1);
    for (const hash of hashes) expect(await store.blobs.get(hash)).toBeDefined();
    expect(await store.blobs.get(lost)).toBeUndefined();
  });

  it('R11: a value that is put again is there for its event, however soon values may be removed', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    const hash = await put(owned.store, 'soon');
    for (let round = 0; round < 4; round++) {
      age(options, 4);
      await put(owned.store, 'soon');
      expect(await compactPostgres(options, { afterMs: 600_000 })).toMatchObject({ blobs: 0 });
    }
    expect(await owned.store.blobs.get(hash)).toBeDefined();
    age(options, 10);
    expect(await compactPostgres(options, { afterMs: 600_000 })).toMatchObject({ blobs: 1 });
  });

  it('R11: refuses to remove values that are younger than that', async () => {
    const options = fresh();
    for (const compactAfterMs of [60_000, 599_999, 0, -1, 700_000.5, Number.NaN]) {
      const problem = expect.stringMatching(/fterMs is .*from 600000 to .*, or Infinity/);
      const refusal = expect.objectContaining({ code: 'config.invalid', message: problem });
      expect(() => postgres({ ...options, compactAfterMs })).toThrow(refusal);
      const compacting = compactPostgres(options, { afterMs: compactAfterMs });
      await expect(compacting).rejects.toEqual(refusal);
    }
    postgres({ ...options, compactAfterMs: Number.POSITIVE_INFINITY });
    await using owned = await openOwned(options);
    await put(owned.store, 'old');
    age(options);
    const afterMs = Number.POSITIVE_INFINITY;
    expect(await compactPostgres(options, { afterMs })).toMatchObject({ blobs: 0 });
  });
});

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

function put(store: StateStore, text: string): Promise<string> {
  return store.blobs.put(Buffer.from(text));
}

/** Three events of which two name a value, and a value that only a snapshot names. */
async function fill({ store, epoch }: Awaited<ReturnType<typeof openOwned>>) {
  const first = await put(store, 'first');
  const second = await put(store, 'second');
  const snapshot = await put(store, 'of a snapshot');
  await store.events.append(epoch, [
    eventAt(1, `because ${first}`),
    eventAt(2, 'large '.repeat(2_000)),
    eventAt(3, `\b${second}`),
  ]);
  return { first, second, snapshot };
}

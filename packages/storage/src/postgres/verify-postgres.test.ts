import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKey, testKeys } from '../sqlite/keys.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import type { FileReport, StreamReport } from '../sqlite/upkeep/file-report.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { repairPostgres } from './repair-postgres.ts';
import { rotatePostgresKeys } from './rotate-keys.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const { newPath } = temporaryFolder(afterAll);
const KEYS = testKeys();
const SEALED = { encryption: { keys: KEYS } };

describe.skipIf(postgresPrograms() === undefined)('looking after a journal in PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (): PostgresOptions & { readonly schema: string } => ({
    connection: database.server.url,
    schema: database.newSchema(),
  });
  const sql = (text: string): string => database.server.sql(text);

  it.each([
    ['in the clear', {}],
    ['sealed', SEALED],
  ])('R11: verify finds a journal sound, %s, beside whoever writes', async (_how, more) => {
    const options = fresh();
    await using owned = await openOwned({ ...options, ...more });
    await fill(owned);
    const seen: number[] = [];
    const report = await verifyPostgres(
      { ...options, ...more },
      { onProgress: (done) => seen.push(done) },
    );
    expect(report).toMatchObject({ isSound: true, problems: [], blobs: { count: 3, unopened: 0 } });
    expect(streamIn(report, 'system')).toMatchObject({ events: 1_200, goodTo: 1_200, unopened: 0 });
    expect(streamIn(report, 'other')).toMatchObject({ events: 1, goodTo: 1 });
    expect(seen.at(-1)).toBe(1_201);
  });

  it('R11: it proves a sealed journal by its hashes without keys, and an erased one', async () => {
    const options = fresh();
    await using owned = await openOwned({ ...options, ...SEALED });
    await fill(owned);
    await owned.store.erase?.(owned.epoch, 'system', 'r3');
    const report = await verifyPostgres(options);
    expect(report.isSound, JSON.stringify(report.problems)).toBe(true);
    const { events = 0, erased = 0, unopened = 0 } = streamIn(report, 'system') ?? {};
    expect(erased).toBeGreaterThan(100);
    expect(erased + unopened).toBe(events);
    const opened = await verifyPostgres(options, { keys: KEYS });
    expect(opened.isSound, JSON.stringify(opened.problems)).toBe(true);
    expect(streamIn(opened, 'system')).toMatchObject({ erased, unopened: 0 });
  });

  it.each([
    [
      'an event that was changed',
      'UPDATE event SET body = set_byte(body, 40, 0) WHERE seq = 700',
      { stream: 'system', seq: 700 },
    ],
    ['an event that is gone', 'DELETE FROM event WHERE seq = 700', { stream: 'system', seq: 700 }],
    ['a run that is noted wrongly', "UPDATE event SET run = 'x' WHERE seq = 700", { seq: 700 }],
    ['an id that is noted wrongly', "UPDATE event SET id = 'x' WHERE seq = 700", { seq: 700 }],
    [
      'a span that is missing',
      "DELETE FROM run_span WHERE run = 'r3' AND span = 1",
      { of: 'derived' },
    ],
    ['a stream that is missing', "DELETE FROM stream WHERE name = 'other'", { of: 'event' }],
    [
      'a large value that was changed',
      'UPDATE blob SET bytes = set_byte(bytes, 40, 0)',
      { of: 'blob' },
    ],
    ['a large value that is missing', 'DELETE FROM blob', { of: 'blob' }],
    ['a snapshot that was changed', 'UPDATE snapshot SET seq = 5', { of: 'derived' }],
    [
      'a data key that was changed',
      'UPDATE data_key SET wrapped = set_byte(wrapped, 20, 0) WHERE id = 3',
      { of: 'key' },
    ],
  ])('R11: verify tells of %s', async (_what, change, problem) => {
    const options = fresh();
    const sealed = { ...options, ...SEALED };
    await using owned = await openOwned(sealed);
    await fill(owned);
    sql(`SET search_path = ${options.schema}; ${change}`);
    const report = await verifyPostgres(sealed);
    expect(report.isSound).toBe(false);
    expect(report.problems).toContainEqual(expect.objectContaining(problem));
    if ('stream' in problem) expect(streamIn(report, 'system')?.goodTo).toBe(699);
  });

  it.each([
    ['a version that is gone', "DELETE FROM meta WHERE key = 'version'"],
    ['a lower version', "UPDATE meta SET value = 3 WHERE key = 'version'"],
    ['a lower writer', "UPDATE meta SET value = 1 WHERE key = 'min_writer'"],
    ['a writer that is gone', "DELETE FROM meta WHERE key = 'min_writer'"],
    ['a compaction that is gone', "DELETE FROM meta WHERE key = 'compacted'"],
    ['nothing at all', 'DELETE FROM meta'],
  ])(
    'R11: verify tells of %s in what the schema says of itself, and repair mends it',
    async (_what, change) => {
      const options = fresh();
      const owned = await openOwned(options);
      await fill(owned);
      await owned[Symbol.asyncDispose]();
      const said = (): string => sql(`SELECT key, value FROM ${options.schema}.meta ORDER BY key`);
      const before = said();
      sql(`SET search_path = ${options.schema}; ${change}`);
      const changed = said();
      const report = await verifyPostgres(options);
      expect(report.isSound).toBe(false);
      expect(report.problems[0]).toMatchObject({
        of: 'file',
        what: expect.stringMatching(/itself/),
      });
      expect(said()).toBe(changed);
      await repairPostgres(options, newPath('jsonl'));
      expect(await verifyPostgres(options)).toMatchObject({ isSound: true });
      expect(said().replace(/compacted\|\d+/, 'compacted|0')).toBe(
        before.replace(/compacted\|\d+/, 'compacted|0'),
      );
    },
  );

  it('R11: a schema that says it is newer is left to the newer version', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    await fill(owned);
    sql(`UPDATE ${options.schema}.meta SET value = 77 WHERE key = 'version'`);
    const newer = { code: 'store.newer' };
    await expect(verifyPostgres(options)).rejects.toMatchObject(newer);
    await expect(repairPostgres(options, newPath('jsonl'))).rejects.toMatchObject(newer);
  });

  it('R11: there must be a journal to look at, and the keys must be its own', async () => {
    const options = fresh();
    await expect(verifyPostgres(options)).rejects.toMatchObject({ code: 'store.unreachable' });
    await using owned = await openOwned({ ...options, ...SEALED });
    await fill(owned);
    const keys = { current: 'first', keys: { first: testKey('other') } };
    await expect(verifyPostgres(options, { keys })).rejects.toMatchObject({ code: 'store.key' });
  });

  it('R11: verify ends when that is asked for', async () => {
    const options = fresh();
    await using owned = await openOwned(options);
    await fill(owned);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));
    const looking = verifyPostgres(options, { signal: controller.signal, onProgress });
    await expect(looking).rejects.toThrow('enough');
  });

  it('X2: rotating makes the old master key needless, beside a node that has both', async () => {
    const options = fresh();
    const both = testKeys('second', 'first');
    await using owned = await openOwned({ ...options, ...SEALED });
    await fill(owned);
    await using node = await openStore({ ...options, encryption: { keys: both } });
    const all = await node.events.read({ stream: 'system', after: 0, limit: 2_000 });
    expect(await rotatePostgresKeys(options, both)).toBe(10);
    expect(await rotatePostgresKeys(options, both)).toBe(0);
    expect(await node.events.read({ stream: 'system', after: 0, limit: 2_000 })).toEqual(all);
    await expect(openStore({ ...options, ...SEALED })).rejects.toMatchObject({ code: 'store.key' });
    const only = { encryption: { keys: testKeys('second') } };
    await using later = await openStore({ ...options, ...only });
    expect(await later.events.read({ stream: 'system', after: 0, limit: 2_000 })).toEqual(all);
    expect((await verifyPostgres({ ...options, ...only })).isSound).toBe(true);
  });
});

function streamIn({ streams }: FileReport, wanted: string): StreamReport | undefined {
  return streams.find(({ name }) => name === wanted);
}

/** Events of seven runs over two spans and of another stream, a string, a value by itself and a snapshot. */
async function fill({ store, epoch }: Awaited<ReturnType<typeof openOwned>>): Promise<void> {
  const events = Array.from({ length: 1_200 }, (_, at) =>
    eventAt(at + 1, at % 600 === 7 ? 'large '.repeat(1_000 + at) : `because ${at}`),
  );
  await store.events.append(epoch, [...events, eventAt(1, 'test', 'other')]);
  await store.blobs.put(Buffer.from('by itself '.repeat(500)));
  await store.snapshots.put({ stream: 'system', seq: 1_200, foldVersion: 1, body: { a: 'b' } });
}

import { hash as digest } from 'node:crypto';
import process from 'node:process';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventHash } from '../sqlite/file/event-hash.ts';
import { testKey, testKeys } from '../sqlite/keys.fixture.ts';
import { connect } from './connect.ts';
import { migrate } from './migrate.ts';
import { loadPg } from './pg-client.ts';
import { type PostgresOptions, settle } from './postgres-options.ts';
import { eventAt, openOwned, openStore, testDatabase } from './postgres-tests.fixture.ts';
import { MIGRATIONS } from './schema.ts';
import { postgresPrograms } from './throwaway-server.ts';
import { verifyPostgres } from './verify-postgres.ts';

const CANARY = 'canary-7f3a';
const SEALED = { encryption: { keys: testKeys() } };
const TABLES = ['event', 'blob', 'snapshot', 'mail', 'data_key', 'run_span', 'stream'];

describe.skipIf(postgresPrograms() === undefined)('a sealed schema of PostgreSQL', () => {
  const database = testDatabase(beforeAll, afterAll);
  const fresh = (more: Partial<PostgresOptions> = {}): PostgresOptions => ({
    connection: database.server.url,
    schema: database.newSchema(),
    ...more,
  });
  const sql = (text: string): string => database.server.sql(text);

  it('X2: holds no content, no person and no key in the clear, in any table', async () => {
    const options = fresh(SEALED);
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    await store.events.append(epoch, [
      { ...eventAt(1, `${CANARY} small`), actor: `person:${CANARY}`, task: CANARY },
      eventAt(2, `${CANARY} large `.repeat(2_000)),
    ]);
    const hash = await store.blobs.put(Buffer.from(`${CANARY} blob `.repeat(1_000)));
    await store.snapshots.put({ stream: 'system', seq: 2, foldVersion: 1, body: [CANARY] });
    await store.mail?.put('system', { id: 'm1', kind: 'note', body: { text: CANARY } });
    for (const table of TABLES) {
      const hex = sql(
        `SELECT string_agg(row_to_json(t)::text, ' ') FROM ${options.schema}.${table} t`,
      );
      for (const text of [CANARY, Buffer.from(CANARY).toString('hex')]) {
        expect(hex.includes(text), table).toBe(false);
      }
      expect(hex.includes(Buffer.from(testKey('first')).toString('hex')), table).toBe(false);
    }
    expect(sql(`SELECT stub FROM ${options.schema}.event WHERE seq = 1`)).toContain('task.waiting');
    await using again = await openStore(options);
    expect((await contents(again))[1]).toEqual(eventAt(2, `${CANARY} large `.repeat(2_000)));
    expect(Buffer.from((await again.blobs.get(hash)) ?? []).toString()).toContain(CANARY);
    expect(await again.snapshots.latest('system', 1)).toMatchObject({ body: [CANARY] });
    expect(await again.mail?.read('system', 9)).toMatchObject([{ body: { text: CANARY } }]);
  });

  it('X2: is refused without its keys, with others, and with a wrong one of that id', async () => {
    const options = fresh();
    await written({ ...options, ...SEALED });
    const wrong = { current: 'first', keys: { first: testKey('other') } };
    for (const [more, said] of [
      [{}, /sealed under master key first, and no keys were given/],
      [{ encryption: { keys: testKeys('second') } }, /first, which is not among/],
      [{ encryption: { keys: wrong } }, /first is not the one/],
    ] as const) {
      await expect(openStore({ ...options, ...more })).rejects.toMatchObject({
        code: 'store.key',
        message: expect.stringMatching(said),
      });
    }
    await using again = await openStore({ ...options, ...SEALED });
    expect(await contents(again)).toEqual(EVENTS);
  });

  it('X2: a node that was opened before others sealed is told that it lacks the key', async () => {
    const options = fresh();
    await using early = await openStore(options);
    await written({ ...options, ...SEALED });
    await expect(contents(early)).rejects.toMatchObject({
      code: 'store.key',
      message: expect.stringMatching(/master key first, and no keys were given/),
    });
  });

  it('X2: two nodes that begin the same run at once seal it under one key', async () => {
    const options = fresh(SEALED);
    await using one = await openOwned(options);
    await using two = await openStore(options);
    const lease = await two.leases.acquire('other', HOLDER);
    if (lease.kind === 'busy') throw new Error('nobody holds it');
    await Promise.all([
      one.store.events.append(one.epoch, [eventAt(1)]),
      two.events.append(lease.epoch, [eventAt(1, 'test', 'other')]),
      one.store.blobs.put(Buffer.from('one')),
      two.blobs.put(Buffer.from('two')),
    ]);
    expect(sql(`SELECT count(*) FROM ${options.schema}.data_key WHERE owner = 'store'`)).toBe('1');
    expect(await contents(two)).toEqual([eventAt(1)]);
    await two.leases.release('other', lease.epoch);
  });

  it.each([
    ['a flipped byte', 'body = set_byte(body, 30, (get_byte(body, 30) + 1) % 256)'],
    ['a truncated envelope', 'body = substring(body FROM 1 FOR 12)'],
    ['the content of another event', 'body = (SELECT body FROM SCHEMA.event WHERE seq = 2)'],
    ['another run', "run = 'r5'"],
    ['another stub', "stub = replace(stub, 'task', 'tusk')"],
    ['the form of what is in the clear', "codec = 0, body = convert_to(stub, 'UTF8')"],
  ])('R11: an event with %s is refused by its seq when it is read', async (_what, change) => {
    const options = fresh(SEALED);
    await written(options);
    const { schema = '' } = options;
    sql(`UPDATE ${schema}.event SET ${change.replace('SCHEMA', schema)} WHERE seq = 1`);
    await using store = await openStore(options);
    await expect(contents(store)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringMatching(/seq 1 /),
    });
  });

  it('X2 R11: a forger who swaps names of large strings and mends the hashes is found out', async () => {
    const options = fresh(SEALED);
    await using owned = await openOwned(options);
    const large = (seq: number) => ({ ...eventAt(seq, `${seq} `.repeat(3_000)), run: 'r1' });
    await owned.store.events.append(owned.epoch, [large(1), large(2)]);
    sql(`SET search_path = ${options.schema};
      UPDATE event SET lifted = (SELECT other.lifted FROM event AS other WHERE other.seq = 3 - event.seq);
      UPDATE event SET hash = sha256(convert_to('["system",1]' || stub || lifted, 'UTF8') || body) WHERE seq = 1;
      UPDATE event SET hash = sha256(convert_to(
        (SELECT encode(hash, 'hex') FROM event WHERE seq = 1) || '["system",2]' || stub || lifted, 'UTF8') || body) WHERE seq = 2`);
    await using store = await openStore(options);
    await expect(contents(store)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringMatching(/seq 1 /),
    });
    const { problems } = await verifyPostgres({ ...options, ...SEALED });
    expect(problems.map(({ what }) => what)).toEqual(Array(2).fill('its seal does not open'));
  });

  it('X2: an older schema goes on sealed, and what was there stays as it was', async () => {
    const options = fresh();
    await written(options);
    await using owned = await openOwned({ ...options, ...SEALED });
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(9, CANARY)]);
    expect(await contents(store)).toEqual([...EVENTS, eventAt(9, CANARY)]);
    // Its run began in the clear.
    await expect(store.erase?.(epoch, 'system', 'r1')).rejects.toMatchObject({
      code: 'store.unsealed',
      message: expect.stringContaining('seal what was written before with "overseer seal"'),
    });
    expect(await contents(store)).toHaveLength(9);
    await store.events.append(epoch, [eventAt(10)]);
  });

  it('R5: what a version before any sealing wrote stays readable, and is proven', async () => {
    const options = fresh();
    const { schema = '' } = options;
    const settings = settle(options);
    const old = await connect(await loadPg(), settings, { label: 'old', writes: true });
    await migrate(old, schema, 'old', MIGRATIONS.slice(0, 3));
    await old.end();
    const large = 'large '.repeat(1_000);
    const hash = digest('sha256', large, 'hex');
    const event = eventAt(1);
    const body = JSON.stringify({ ...event, data: { because: null } });
    const lifted = JSON.stringify([[['data', 'because'], hash]]);
    sql(`SET search_path = ${schema};
      INSERT INTO stream (name) VALUES ('system');
      INSERT INTO event SELECT id, 1, 'system 1', 'r1', 0, convert_to('${body}', 'UTF8'), '${lifted}',
        decode('${eventHash('', body, lifted)}', 'hex') FROM stream;
      INSERT INTO run_span SELECT 'r1', id, 0 FROM stream;
      INSERT INTO blob VALUES (decode('${hash}', 'hex'), 0, convert_to('${large}', 'UTF8'));
      INSERT INTO snapshot VALUES ('system', 1, 1, 0, convert_to('{"old":true}', 'UTF8'));
      INSERT INTO mail (stream, name, kind, codec, body) VALUES ('system', 'm', 'note', 0, convert_to('{"a":1}', 'UTF8'))`);
    await using owned = await openOwned({ ...options, ...SEALED });
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(2, large)]);
    expect(await contents(store)).toEqual([eventAt(1, large), eventAt(2, large)]);
    expect(Buffer.from((await store.blobs.get(hash)) ?? []).toString()).toBe(large);
    expect(await store.snapshots.latest('system', 1)).toMatchObject({
      seq: 1,
      body: { old: true },
    });
    expect(await store.mail?.read('system', 9)).toEqual([
      { id: 'm', kind: 'note', body: { a: 1 } },
    ]);
    const report = await verifyPostgres({ ...options, ...SEALED });
    expect(report.isSound, JSON.stringify(report.problems)).toBe(true);
  });

  it('X3: an erased run is gone for every node, with its key and its large values', async () => {
    const options = fresh(SEALED);
    const { schema } = options;
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    const large = 'the same '.repeat(2_000);
    await store.events.append(epoch, [...EVENTS, eventAt(9, large), eventAt(10, large)]);
    await using other = await openStore(options);
    expect(await contents(other)).toHaveLength(10);
    expect(
      sql(`SELECT count(DISTINCT lifted), count(*) FROM ${schema}.event WHERE lifted IS NOT NULL`),
    ).toBe('2|2');
    await store.erase?.(epoch, 'system', 'r2');
    for (const each of [store, other]) {
      const read = await contents(each);
      expect(read.filter(({ type }) => type === 'event.erased').map(({ seq }) => seq)).toEqual([
        2, 9,
      ]);
      expect(read[9]).toEqual(eventAt(10, large));
    }
    expect(sql(`SELECT count(*) FROM ${schema}.blob`)).toBe('1');
    expect(
      sql(
        `SELECT count(*) FROM ${schema}.data_key WHERE wrapped IS NULL AND erased_at IS NOT NULL`,
      ),
    ).toBe('1');
    // What comes later is kept, under the key of the stream.
    await store.events.append(epoch, [{ ...eventAt(11), run: 'r2' }]);
    expect((await contents(other))[10]).toEqual({ ...eventAt(11), run: 'r2' });
  });

  it('X3: a run of another stream is not erased with one of the same name', async () => {
    const options = fresh(SEALED);
    await using owned = await openOwned(options);
    const { store, epoch } = owned;
    await store.events.append(epoch, [eventAt(1), eventAt(1, 'kept', 'other')]);
    await store.erase?.(epoch, 'system', 'r1');
    const kept = await store.events.read({ stream: 'other', after: 0, limit: 9 });
    expect(kept).toEqual([eventAt(1, 'kept', 'other')]);
  });
});

const HOLDER = { name: 'two', pid: process.pid, bootId: 'b', processStart: 's' };

const EVENTS: readonly OverseerEvent[] = [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => eventAt(seq));

async function written(options: PostgresOptions): Promise<void> {
  await using owned = await openOwned(options);
  await owned.store.events.append(owned.epoch, EVENTS);
}

function contents(store: StateStore): Promise<readonly OverseerEvent[]> {
  return store.events.read({ stream: 'system', after: 0, limit: 1_000 });
}

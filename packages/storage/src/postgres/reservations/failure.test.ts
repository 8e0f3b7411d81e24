import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ReservationRequest, ReservationStore } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresPrograms } from '../postgres-server.fixture.ts';
import { testDatabase } from '../postgres-tests.fixture.ts';
import { startProxy } from '../proxy.fixture.ts';
import { postgresReservations } from './postgres-reservations.ts';

/** Reserves until it is killed, and says each id once it is held. */
const RESERVER = `
import { writeSync } from 'node:fs';
import { postgresReservations } from '@overseer/storage/postgres';
const store = await postgresReservations({ connection: process.argv[1], schema: process.argv[2] })();
await store.join({ id: 'child', name: 'child', terms: { model: 'theirs' } }, Date.now());
const wants = [
  { limit: 'window', window: { kind: 'rolling', windowMs: 1e9 }, capacity: 1e6, amount: 1 },
  { limit: 'places', window: { kind: 'places' }, capacity: 1e6, amount: 1 },
];
for (let at = 0; ; at += 3) {
  const ids = [at, at + 1, at + 2];
  await Promise.all(ids.map(async (id) => {
    await store.reserve({ id: 'c' + id, member: 'child', nowMs: Date.now(), wants });
    writeSync(1, id + '\\n');
  }));
}
`;

describe.skipIf(postgresPrograms() === undefined)(
  'postgresReservations, when something fails',
  () => {
    const database = testDatabase(beforeAll, afterAll);

    it('L4: what was said to be held counts after kill -9, and the places of the dead are free', {
      timeout: 60_000,
    }, async () => {
      const schema = database.newSchema();
      await using other = await joined(schema, 'other', { another: 'mine' });
      const said = await reserveUntilKilled(schema);
      expect(said).toBeGreaterThan(0);
      expect(await other.reserve(place('other'))).toMatchObject({ kind: 'held' });
      // Whatever the dead said of a limit does not count any more.
      await using store = await joined(schema, 'one', { model: 'mine' });
      const wait = await store.reserve(call('a', 'one', 1));
      expect(wait).toMatchObject({ kind: 'wait' });
      const used = wait.kind === 'wait' ? wait.used : 0;
      // At most what was asked for in the last breath was taken and not said.
      expect(used).toBeGreaterThanOrEqual(said);
      expect(used).toBeLessThanOrEqual(said + 3);
    });

    it('L4: clocks that differ by an hour count by that of the server, each in its own terms', async () => {
      const schema = database.newSchema();
      await using early = await joined(schema, 'early');
      await using late = await joined(schema, 'late');
      const hour = 3_600_000;
      const now = Date.now();
      const first = await early.reserve({ ...call('a', 'early', 1), nowMs: now - hour });
      expect(first.kind === 'held' && Math.abs(first.at - (now - hour))).toBeLessThan(2_000);
      const wait = await late.reserve({ ...call('b', 'late', 1), nowMs: now + hour });
      const untilAt = wait.kind === 'wait' ? (wait.untilAt ?? 0) : 0;
      expect(Math.abs(untilAt - (now + hour + 60_000))).toBeLessThan(2_000);
      const wants = [
        { ...(call('c', 'late', 1).wants[0] ?? never()), window: periodOf(now + hour) },
      ];
      const period = { ...call('c', 'late', 1), nowMs: now + hour, wants };
      expect((await late.reserve(period)).kind).toBe('held');
      const full = await late.reserve({ ...period, id: 'd' });
      expect(full).toMatchObject({ kind: 'wait', untilAt: now + hour + 5_000 });
    });

    it('L4: of a process on another machine, places are free 20 seconds after its last word, and it has to join again', async () => {
      const schema = database.newSchema();
      await using store = await joined(schema, 'one');
      await using far = await joined(schema, 'far');
      await far.reserve(place('far'));
      const silentFor = (ms: number): void => {
        database.server.sql(
          `UPDATE ${schema}.member SET space = 'elsewhere', seen_at = seen_at - ${ms} WHERE id = 'far'`,
        );
      };
      silentFor(15_000);
      expect((await store.reserve(place('one'))).kind).toBe('wait');
      expect(await far.renew('far', Date.now())).toBe(true);
      silentFor(19_000);
      expect((await store.reserve(place('one'))).kind).toBe('wait');
      silentFor(1_000);
      expect((await store.reserve(place('one'))).kind).toBe('held');
      // The zombie: what it has is gone, and whatever it asks is refused.
      expect(await far.renew('far', Date.now())).toBe(false);
      await far.settle('far');
      expect((await store.reserve({ ...place('one'), id: 'second' })).kind).toBe('wait');
      await expect(far.reserve(call('late', 'far', 9))).rejects.toMatchObject({
        code: 'store.fenced',
      });
    });

    it('L4: an answer that was lost on the wire is asked for again and counts once', async () => {
      const schema = database.newSchema();
      await using proxy = await startProxy(database.server.port);
      await using store = await joined(schema, 'one', {}, proxy.url);
      proxy.commit = 'apply-reservations';
      for (const fault of ['cut-after-commit', 'cut-before-commit'] as const) {
        proxy.fault = fault;
        expect((await store.reserve(call(fault, 'one', 2))).kind).toBe('held');
        expect(proxy.fault).toBe('none');
      }
      expect(await store.reserve(call('more', 'one', 2))).toMatchObject({ kind: 'wait', used: 2 });
      proxy.fault = 'cut-after-commit';
      await store.settle('cut-after-commit');
      expect((await store.reserve(call('more', 'one', 2))).kind).toBe('held');
    });

    it('L4: a server that crashes and comes back has all that was held, and the members go on', {
      timeout: 60_000,
    }, async () => {
      const schema = database.newSchema();
      await using store = await joined(schema, 'one');
      let held = 0;
      const asking = (async () => {
        for (let at = 0; at < 200; at++) {
          if ((await store.reserve(call(`r${at}`, 'one', 1_000))).kind === 'held') held++;
        }
      })();
      await database.server.crash();
      await database.server.restart();
      await asking;
      expect(held).toBe(200);
      expect(await store.reserve(call('full', 'one', 1))).toMatchObject({
        kind: 'wait',
        used: 200,
      });
    });

    it('L4: it grows neither with calls nor with users and periods', {
      timeout: 60_000,
    }, async () => {
      const schema = database.newSchema();
      await using store = await joined(schema, 'one');
      for (let at = 0; at < 100; at++) {
        const window = { kind: 'rolling', windowMs: 1 } as const;
        const wants = [{ limit: `user ${at}`, window, capacity: 9, amount: 1 }];
        await store.reserve({ id: `c${at}`, member: 'one', nowMs: Date.now(), wants });
        await store.settle(`c${at}`, {});
      }
      database.server.sql(`UPDATE ${schema}.tally SET over_at = over_at - 31000`);
      for (let at = 0; at < 30; at++) await store.reserve(call(`d${at}`, 'one', 1_000));
      expect(Number(database.server.sql(`SELECT count(*) FROM ${schema}.tally`))).toBeLessThan(10);
      expect(Number(database.server.sql(`SELECT count(*) FROM ${schema}.charge`))).toBeLessThan(40);
    });

    async function joined(
      schema: string,
      id: string,
      terms: Readonly<Record<string, string>> = {},
      connection = database.server.url,
    ): Promise<ReservationStore & AsyncDisposable> {
      const store = await postgresReservations({ connection, schema })();
      expect(await store.join({ id, name: id, terms }, Date.now())).toEqual({ kind: 'joined' });
      return { ...store, [Symbol.asyncDispose]: () => store.close() };
    }

    async function reserveUntilKilled(schema: string): Promise<number> {
      const child = spawn(
        process.execPath,
        [
          '--conditions=@overseer/source',
          '--input-type=module',
          '-e',
          RESERVER,
          database.server.url,
          schema,
        ],
        { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.split('\n').length > 20) child.kill('SIGKILL');
      });
      await once(child, 'close');
      return said.split('\n').length - 1;
    }
  },
);

/** One of so many calls in a minute. */
function call(id: string, member: string, capacity: number): ReservationRequest {
  const window = { kind: 'rolling', windowMs: 60_000 } as const;
  return {
    id,
    member,
    nowMs: Date.now(),
    wants: [{ limit: 'window', window, capacity, amount: 1 }],
  };
}

/** The one place there is. */
function place(member: string): ReservationRequest {
  const wants = [{ limit: 'places', window: { kind: 'places' }, capacity: 1, amount: 1 } as const];
  return { id: member, member, nowMs: Date.now(), wants };
}

function periodOf(startAt: number) {
  return { kind: 'period', startAt, endAt: startAt + 5_000 } as const;
}

function never(): never {
  throw new Error('there is one');
}

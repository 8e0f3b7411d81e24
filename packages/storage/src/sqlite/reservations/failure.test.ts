import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { ReservationRequest, ReservationStore } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { CARELESS, driver, FAILING_COMMIT, LITTLE_ROOM, MORTAL } from '../faulty-driver.fixture.ts';
import { sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { sqliteReservations } from './sqlite-reservations.ts';

const { newPath } = temporaryFolder(afterAll);
const NOW = 1_800_000_000_000;

/** Reserves until it is killed, and says each id once it is held. */
const RESERVER = `
import { writeSync } from 'node:fs';
import { sqliteReservations } from '@overseer/storage/sqlite';
const store = await sqliteReservations(process.argv[1])();
await store.join({ id: 'child', name: 'child', terms: { model: 'theirs' } }, ${NOW});
const wants = [
  { limit: 'window', window: { kind: 'rolling', windowMs: 1e9 }, capacity: 1e6, amount: 1 },
  { limit: 'places', window: { kind: 'places' }, capacity: 1e6, amount: 1 },
];
for (let at = 0; ; at += 3) {
  const ids = [at, at + 1, at + 2];
  await Promise.all(ids.map(async (id) => {
    await store.reserve({ id: 'c' + id, member: 'child', nowMs: ${NOW}, wants });
    writeSync(1, id + '\\n');
  }));
}
`;

describe('sqliteReservations, when something fails', () => {
  it('L4: what was said to be held counts after kill -9, and the places of the dead are free', {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    const said = await reserveUntilKilled(path);
    // Whatever the dead said of a limit does not count any more.
    const store = await joined(path, 'one', { model: 'mine' });
    const wait = await store.reserve(ask('a', 'window', 1e9, 'rolling', 1));
    expect(wait).toMatchObject({ kind: 'wait' });
    const used = wait.kind === 'wait' ? wait.used : 0;
    expect(said).toBeGreaterThan(0);
    // At most what was asked for in the last breath was taken and not said.
    expect(used).toBeGreaterThanOrEqual(said);
    expect(used).toBeLessThanOrEqual(said + 3);
    expect(await store.reserve(ask('b', 'places', 0, 'places', 1))).toMatchObject({ kind: 'held' });
    await store.close();
  });

  it('L4: places of a process that dies while others are in are free when they are asked for', {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    const store = await joined(path, 'one', { other: 'mine' });
    await reserveUntilKilled(path);
    expect(await store.reserve(ask('b', 'places', 0, 'places', 1))).toMatchObject({ kind: 'held' });
    await store.close();
  });

  it('L4: of a process that cannot be seen, places are free a minute after its last word', async () => {
    const path = newPath();
    const store = await joined(path, 'one');
    const other = await joined(path, 'two');
    const place = ask('theirs', 'places', 0, 'places', 1);
    await other.reserve({ ...place, member: 'two' });
    const database = new DatabaseSync(path);
    database.exec(
      "UPDATE member SET holder = json_set(holder, '$.space', 'a container', '$.pid', 1) WHERE id = 'two'",
    );
    database.close();
    const kindAt = async (afterMs: number) =>
      (await store.reserve({ ...place, id: `at ${afterMs}`, nowMs: NOW + afterMs })).kind;
    expect(await kindAt(59_000)).toBe('wait');
    expect(await other.renew('two', NOW + 50_000)).toBe(true);
    expect(await kindAt(109_000)).toBe('wait');
    expect(await kindAt(110_000)).toBe('held');
    expect(await other.renew('two', NOW + 110_000)).toBe(false);
    await other.close();
    await store.close();
  });

  it('L4: the file is for its owner alone', async () => {
    const path = newPath();
    const store = await joined(path, 'one');
    await store.reserve(ask('a', 'window', 1_000, 'rolling', 5));
    const files = await readdir(dirname(path));
    for (const name of files.filter((file) => path.endsWith(file.replace(/-(wal|shm)$/, '')))) {
      expect((await stat(`${dirname(path)}/${name}`)).mode & 0o777, name).toBe(0o600);
    }
    await store.close();
  });

  it('L4: a disk that is full refuses, and when there is room all goes on without opening anew', async () => {
    const path = newPath();
    const options = { driver: await driver(newPath('mjs'), LITTLE_ROOM) };
    const store = await joined(path, 'one', {}, options);
    let count = 0;
    const fill = async (): Promise<void> => {
      for (; count < 50_000; count += 50) {
        await Promise.all(
          Array.from({ length: 50 }, (_, at) =>
            store.reserve(ask(`c${count + at}`, 'window', 1e9, 'rolling', 1e6)),
          ),
        );
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'store.full' });
    await expect(fill()).rejects.toMatchObject({ code: 'store.full' });
    const used = usedIn(path);
    expect(used).toBeGreaterThanOrEqual(count);
    // What was given back makes room.
    await Promise.all(Array.from({ length: count }, (_, at) => store.settle(`c${at}`)));
    await store.reserve(ask('more', 'window', 1e9, 'rolling', 1e6));
    expect(usedIn(path)).toBe(used - count + 1);
    await store.close();
  });

  it('L4: after a commit that failed nothing is held that was not said, once it is given back', async () => {
    const path = newPath();
    const options = { driver: await driver(newPath('mjs'), FAILING_COMMIT) };
    const store = await joined(path, 'one', {}, options);
    await writeFile(`${path}.fail`, '');
    await expect(store.reserve(ask('a', 'window', 1e9, 'rolling', 1))).rejects.toMatchObject({
      code: 'store.failed',
    });
    await rm(`${path}.fail`);
    await store.settle('a');
    expect(await store.reserve(ask('b', 'window', 1e9, 'rolling', 1))).toMatchObject({
      kind: 'held',
    });
    await store.close();
  });

  it('L4: when its thread dies, what waits is refused, and the next request has a new one', async () => {
    const path = newPath();
    const options = { driver: await driver(newPath('mjs'), MORTAL) };
    const store = await joined(path, 'one', {}, options);
    await writeFile(`${path}.die`, '');
    const asked = ask('a', 'window', 1e9, 'rolling', 1);
    await expect(store.reserve(asked)).rejects.toMatchObject({ code: 'store.failed' });
    expect(await store.reserve(asked)).toMatchObject({ kind: 'held' });
    await store.close();
  });

  it('L4: a file that another holds too long is busy, and may be asked again', async () => {
    const path = newPath();
    const store = await joined(path, 'one', {}, { busyTimeoutMs: 50 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const asked = ask('a', 'window', 1e9, 'rolling', 1);
    await expect(store.reserve(asked)).rejects.toMatchObject({ code: 'store.busy' });
    other.exec('ROLLBACK');
    other.close();
    expect(await store.reserve(asked)).toMatchObject({ kind: 'held' });
    await store.close();
  });

  it('L4: files of other kinds, damaged ones and newer ones are refused by name', async () => {
    const journal = newPath();
    await (await sqlite(journal)()).close();
    await refused(journal, 'store.corrupt', /for another use/);
    const damaged = newPath();
    await writeFile(damaged, 'no database at all, and long enough to be taken for one'.repeat(40));
    await refused(damaged, 'store.corrupt', /damaged or is not a file of Overseer/);
    const newer = newPath();
    await (await sqliteReservations(newer)()).close();
    const database = new DatabaseSync(newer);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await refused(newer, 'store.newer', /newer Overseer/);
    const careless = { driver: await driver(newPath('mjs'), CARELESS) };
    await expect(sqliteReservations(newPath(), careless)()).rejects.toMatchObject({
      code: 'store.unreachable',
    });
  });

  it('L4: when the file is taken away, all go on together in a new one, once they join again', async () => {
    const path = newPath();
    const stores = [await joined(path, 'one'), await joined(path, 'two')];
    const asked = ask('a', 'window', 1e9, 'rolling', 1);
    expect(await stores[0]?.reserve(asked)).toMatchObject({ kind: 'held' });
    for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
    for (const [at, store] of stores.entries()) {
      const member = at === 0 ? 'one' : 'two';
      const again = { ...asked, id: `b${at}`, member };
      await expect(store.reserve(again)).rejects.toMatchObject({ code: 'store.fenced' });
      expect(await store.renew(member, NOW)).toBe(false);
      await store.join({ id: member, name: member, terms: {} }, NOW);
      expect((await store.reserve(again)).kind).toBe(at === 0 ? 'held' : 'wait');
    }
    for (const store of stores) await store.close();
  });

  it('L4: it grows neither with calls nor with users and periods', {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    const store = await joined(path, 'one');
    for (let round = 0; round < 60; round++) {
      const nowMs = NOW + round * 60_000;
      const calls = Array.from({ length: 20 }, async (_, at) => {
        const id = `c${round}-${at}`;
        const wants = [
          { limit: 'all', window: { kind: 'rolling', windowMs: 5_000 } },
          { limit: `user ${id}`, window: { kind: 'rolling', windowMs: 5_000 } },
          { limit: 'minute', window: { kind: 'period', startAt: nowMs, endAt: nowMs + 60_000 } },
        ] as const;
        const full = wants.map((want) => ({ ...want, capacity: 1_000, amount: 1 }));
        await store.reserve({ id, member: 'one', nowMs, wants: full });
        await store.settle(id, {});
      });
      await Promise.all(calls);
    }
    await store.close();
    using database = new DatabaseSync(path);
    const rows = database
      .prepare('SELECT (SELECT count(*) FROM tally) + (SELECT count(*) FROM charge) AS rows')
      .get();
    expect(Number(rows?.['rows'])).toBeLessThan(200);
  });
});

async function joined(
  path: string,
  id: string,
  terms: Readonly<Record<string, string>> = {},
  options: Parameters<typeof sqliteReservations>[1] = {},
): Promise<ReservationStore> {
  const store = await sqliteReservations(path, options)();
  expect(await store.join({ id, name: id, terms }, NOW)).toEqual({ kind: 'joined' });
  return store;
}

function ask(
  id: string,
  limit: string,
  windowMs: number,
  kind: 'rolling' | 'places',
  capacity: number,
): ReservationRequest {
  const window = kind === 'places' ? { kind } : { kind, windowMs };
  return { id, member: 'one', nowMs: NOW, wants: [{ limit, window, capacity, amount: 1 }] };
}

async function refused(path: string, code: string, message: RegExp): Promise<void> {
  await expect(sqliteReservations(path)()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
}

/** What counts of all limits. */
function usedIn(path: string): number {
  using database = new DatabaseSync(path);
  return Number(database.prepare('SELECT sum(used) AS used FROM tally').get()?.['used']);
}

/** Kills a process that reserves as fast as it can; gives how many reservations it said it had. */
async function reserveUntilKilled(path: string): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--conditions=@overseer/source', '--input-type=module', '-e', RESERVER, path],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > 60) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return said.split('\n').length - 1;
}

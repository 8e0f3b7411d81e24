import { existsSync } from 'node:fs';
import { mkdir, open, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder, type StoreErrorCode } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const { path: folder, newPath } = temporaryFolder(afterAll);

describe('sqlite refuses a file that it must not use', () => {
  it('R11: one that is not a database', async () => {
    const path = newPath();
    await writeFile(path, 'Dear diary, '.repeat(1_000));
    await refuses(path, 'store.corrupt');
  });

  it('R11: one whose header was changed', async () => {
    const path = await written();
    await overwrite(path, 4, Buffer.from([0xff]));
    await refuses(path, 'store.corrupt');
  });

  it.each([1, 100, 4_096, 30_000, 100_000])(
    'R11: one of which only %d bytes are left',
    async (size) => {
      const path = await written();
      await truncate(path, size);
      await refuses(path, 'store.corrupt');
    },
  );

  it('R11: one whose pages were overwritten, at the latest when they are read', async () => {
    const path = await written();
    await overwrite(path, 8_192, Buffer.alloc(150_000, 0xa5));
    await expect(readEverything(path)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('R11: a large value that was changed, when it is read', async () => {
    const path = await written();
    const database = new DatabaseSync(path);
    database.exec("UPDATE blob SET bytes = CAST('changed' AS BLOB)");
    database.close();
    await expect(readEverything(path)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it.each([
    ['whose text is no JSON', 'body = substr(body, 1, 40)'],
    ['whose text is no event', "body = 'null'"],
    ['whose large value has no place', "lifted = '[[['"],
    ['of which one letter was changed', "body = replace(body, 'xxx', 'xyx')"],
    ['whose hash was changed', "hash = replace(hash, substr(hash, 1, 1), 'x')"],
  ])('R11: an event %s, naming its seq when it is read', async (_what, damage) => {
    const path = await written();
    change(path, `UPDATE event SET ${damage} WHERE seq = 42`);
    await expect(readEverything(path)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringMatching(`^${path} .*seq 42 .*backup`),
    });
  });

  it.each([
    ['whose text is no JSON', 'body = substr(body, 1, 40)'],
    ['whose text is no event', "body = 'null'"],
    ['whose id is gone', "body = '{}'"],
    ['that is gone', 'seq = 1042'],
  ])('R11: an event %s, naming its seq when it is appended again', async (_what, damage) => {
    const path = await written();
    change(path, `UPDATE event SET ${damage} WHERE seq = 42`);
    const store = await sqlite(path)();
    const lease = await store.leases.acquire('system', currentHolder('test'));
    const epoch = lease.kind === 'held' ? lease.epoch : 0;
    await expect(store.events.append(epoch, [eventAt(42)])).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringMatching(`^${path} .*seq 42 .*backup`),
    });
    await store.close();
  });

  it('R11: a lease that cannot be read, when it is asked for', async () => {
    for (const holder of ['{"name":', 'null', '{"pid":"x"}']) {
      const path = await written();
      change(path, `UPDATE lease SET name = 'system', holder = '${holder}'`);
      const store = await sqlite(path)();
      await expect(store.leases.acquire('system', currentHolder('test'))).rejects.toMatchObject({
        code: 'store.corrupt',
        message: expect.stringContaining(path),
      });
      await expect(store.events.append(1, [eventAt(101)])).rejects.toMatchObject({
        code: 'store.corrupt',
      });
      await store.close();
    }
  });

  it('R5: the database of another program, which stays as it was', async () => {
    const path = newPath();
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE recipe (name TEXT); PRAGMA application_id = 7');
    other.close();
    await refuses(path, 'store.corrupt');
    using again = new DatabaseSync(path);
    expect(again.prepare('SELECT count(*) AS count FROM recipe').get()).toMatchObject({ count: 0 });
  });

  it('R5: one with a newer schema', async () => {
    const path = await written();
    change(path, 'PRAGMA user_version = 999');
    await refuses(path, 'store.newer');
  });

  it('R5: one that wants a newer writer', async () => {
    const path = await written();
    change(path, "UPDATE meta SET value = 999 WHERE key = 'min_writer'");
    await refuses(path, 'store.newer');
  });

  it('R5: one that may only be read', async () => {
    const path = await written();
    // SQLite only reads files whose format was written by a newer version: byte 18 of the header says which.
    await overwrite(path, 18, Buffer.from([3]));
    await refuses(path, 'store.read-only');
  });

  it.skipIf(process.getuid?.() === 0)('R5: one that this user may not write', async () => {
    const path = newPath();
    await writeFile(path, '', { mode: 0o400 });
    await refuses(path, 'store.read-only');
  });

  it('R5: a path that cannot be one of a file', async () => {
    const file = newPath();
    await writeFile(file, '');
    await refuses(join(file, 'below', 'a.db'), 'store.unreachable');
    const below = newPath();
    await mkdir(below);
    await refuses(below, 'store.unreachable');
  });
});

describe.skipIf(!existsSync('/proc/self'))('sqlite, where a system has /proc', () => {
  it('R5: refuses a folder that can never be made', async () => {
    await expect(sqlite('/proc/nowhere/a.db')()).rejects.toMatchObject({
      code: expect.stringMatching(/^store\.(unreachable|read-only)$/),
    });
  });
});

describe('sqlite accepts', () => {
  it('R5: an empty file', async () => {
    const path = newPath();
    await writeFile(path, '');
    expect(await readEverything(path)).toEqual([]);
  });

  it('R11: a journal whose snapshot is damaged, and takes it as none', async () => {
    const path = await written();
    const store = await sqlite(path)();
    await store.snapshots.put({ stream: 'system', seq: 7, foldVersion: 1, body: { a: 1 } });
    expect(await store.snapshots.latest('system', 1)).toMatchObject({ seq: 7, body: { a: 1 } });
    change(path, "UPDATE snapshot SET body = '{'");
    expect(await store.snapshots.latest('system', 1)).toBeUndefined();
    await store.close();
  });

  it('R5: names with spaces, quotes and what looks like an address', async () => {
    const before = (await readdir(folder)).length;
    for (const name of ['it\'s a "file".db', 'file:x?mode=memory', ':memory:']) {
      expect(await readEverything(join(folder, name))).toEqual([]);
    }
    expect((await readdir(folder)).length).toBe(before + 3);
  });
});

/** A closed journal with events and one lifted value. */
async function written(): Promise<string> {
  const path = newPath();
  const store = await sqlite(path)();
  const lease = await store.leases.acquire('system', currentHolder('test'));
  if (lease.kind === 'busy') throw new Error('a new file is busy');
  const events = Array.from({ length: 100 }, (_, index) => eventAt(index + 1));
  await store.events.append(lease.epoch, events);
  await store.close();
  return path;
}

async function readEverything(path: string): Promise<readonly OverseerEvent[]> {
  const store = await sqlite(path)();
  try {
    return await store.events.read({ stream: 'system', after: 0, limit: 1_000 });
  } finally {
    await store.close();
  }
}

async function refuses(path: string, code: StoreErrorCode): Promise<void> {
  await expect(sqlite(path)()).rejects.toMatchObject({
    code,
    message: expect.stringContaining(path),
  });
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
}

function change(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

function eventAt(seq: number): OverseerEvent {
  return {
    id: `e${seq}`,
    stream: 'system',
    seq,
    at: seq,
    type: 'task.waiting',
    v: 1,
    epoch: 1,
    actor: 'overseer',
    data: { because: 'x'.repeat(seq === 100 ? 20_000 : 1_000) },
  };
}

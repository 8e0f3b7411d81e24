import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import { sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { readJournal, SAMPLE, writeJournal } from './journal.fixture.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const KEYS = testKeys();
const SEALED = { encryption: { keys: KEYS }, compress: 'all' } as const;

describe('verifying a journal', () => {
  it('R11: a sound one is sound, stream by stream', async () => {
    const path = newPath();
    await writeJournal(path);
    const before = readFileSync(path);
    const report = await verifyFile(path);
    expect(report).toMatchObject({ isSound: true, problems: [], blobs: { count: 2, unnamed: 1 } });
    expect(report.streams).toMatchObject([
      { name: 'project/x', events: 6, goodTo: 6, erased: 0, lost: 0, unopened: 0 },
      { name: 'system', events: 1, goodTo: 1 },
    ]);
    expect(report.streams[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('R11 X3: a sealed one is proven with and without keys, and after an erasure', async () => {
    const path = newPath();
    await writeJournal(path, SEALED, SAMPLE, ['b']);
    const [stream] = (await verifyFile(path, { keys: KEYS })).streams;
    expect(stream).toMatchObject({ goodTo: 6, erased: 2, unopened: 0 });
    const blind = await verifyFile(path);
    expect(blind).toMatchObject({ isSound: true, blobs: { unopened: 2 } });
    expect(blind.streams[0]).toMatchObject({ goodTo: 6, unopened: 4, hash: stream?.hash });
    const wrong = await verifyFile(path, { keys: testKeys('second') });
    expect(wrong.isSound).toBe(false);
  });

  it('R11: one that is written meanwhile is looked at as it was at one moment', async () => {
    const path = newPath();
    const store = await sqlite(path)();
    const lease = await store.leases.acquire('x', currentHolder('x'));
    const epoch = lease.kind === 'held' ? lease.epoch : 0;
    const [first] = SAMPLE;
    if (first === undefined) throw new Error('there is no sample');
    let seq = 0;
    const append = (count: number) =>
      store.events.append(
        epoch,
        Array.from({ length: count }, () => {
          seq += 1;
          return { ...first, id: `${seq}`, seq, run: `r${Math.floor(seq / 100)}` };
        }),
      );
    await append(1_100);
    let writing: Promise<void> | undefined;
    const onProgress = (): void => {
      writing ??= append(1_500);
    };
    const report = await verifyFile(path, { onProgress });
    expect(report).toMatchObject({ isSound: true, problems: [] });
    expect(report.streams).toMatchObject([{ events: 1_100 }]);
    await writing;
    expect((await verifyFile(path)).streams).toMatchObject([{ events: 2_600 }]);
    await store.close();
  });

  it('R5: one of before the last change of the schema is looked at as it is', async () => {
    const path = newPath();
    await writeJournal(path, { compress: false });
    asOfVersion1(path);
    expect(await verifyFile(path)).toMatchObject({ isSound: true, problems: [] });
    expect(versionsOf(path)).toEqual([1, 1]);
    expect(await readJournal(path, SEALED)).toEqual(ofStream('project/x'));
    expect(versionsOf(path)).toEqual([4, 4]);
    expect(versionsOf(`${path}.v1.bak`)).toEqual([1, 1]);
    expect(await verifyFile(path)).toMatchObject({ isSound: true, problems: [] });
  });

  it.each([
    ['an event that is gone', 'DELETE FROM event WHERE seq = 3', 2, /missing, up to seq 3/],
    [
      'a changed word',
      "UPDATE event SET body = replace(body, 'because 3', 'because 9')",
      2,
      /hash/,
    ],
    ['a changed hash', "UPDATE event SET hash = replace(hash, 'a', 'b') WHERE seq = 4", 3, /hash/],
    ['a hidden run', 'UPDATE event SET run = NULL WHERE seq = 3', 6, /run that is noted/],
    ['a lost note', 'DELETE FROM run_span', 6, /Span/],
    ['a renamed run', "UPDATE run SET name = 'c' WHERE name = 'b'", 6, /Run b is noted as c/],
    ['a lost value', 'DELETE FROM blob', 6, /Blob .* is missing/],
    ['a changed value', "UPDATE blob SET bytes = x'00'", 6, /Blob .* is changed/],
    ['a changed snapshot', "UPDATE snapshot SET body = '[]'", 6, /snapshot/],
    ['a lease that is none', "UPDATE lease SET holder = '?'", 6, /lease/],
    ['a table too many', 'CREATE TABLE x (y)', 6, /unknown part/],
  ])('R11: tells %s, and how much is good', async (_what, sql, goodTo, said) => {
    const path = newPath();
    await writeJournal(path);
    change(path, sql);
    const report = await verifyFile(path);
    expect(report.isSound).toBe(false);
    expect(report.problems.map(({ what }) => what).join('\n')).toMatch(said);
    expect(report.streams[0]).toMatchObject({ name: 'project/x', goodTo });
  });

  it('R11: says where there is nothing to look at', async () => {
    await expect(verifyFile(newPath())).rejects.toMatchObject({ code: 'store.unreachable' });
    const path = newPath();
    writeFileSync(path, 'Dear diary, '.repeat(1_000));
    await expect(verifyFile(path)).rejects.toMatchObject({ code: 'store.corrupt' });
  });

  it('R11: tells how far it is, and stops when it is told to', async () => {
    const path = newPath();
    await writeJournal(path);
    const seen: number[] = [];
    await verifyFile(path, { onProgress: (done, all) => seen.push(done / all) });
    expect(seen.at(-1)).toBe(1);
    const signal = AbortSignal.abort();
    await writeJournal(newPath());
    const many = newPath();
    await writeJournal(many, {}, manyEvents());
    await expect(verifyFile(many, { signal })).rejects.toThrow(/abort/i);
  });
});

describe.each([
  ['in the clear', {}],
  ['sealed', SEALED],
])('R11: of a journal %s', (_what, options) => {
  let path: string;
  let before: string;

  beforeAll(async () => {
    path = newPath();
    await writeJournal(path, options);
    before = contents(path);
  });

  it('a flipped byte is told, or is one that says nothing', async () => {
    const { size } = statSync(path);
    const told = { count: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: size - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) =>
        flip(at, mask, told),
      ),
      { numRuns: 150, seed: 11 },
    );
    // Most of a small file is room that nothing uses; where there is something, much of it is found.
    expect(told.count).toBeGreaterThan(5);
  }, 120_000);

  it('a flipped byte in what events, keys and values say is told always', async () => {
    const bytes = readFileSync(path);
    const places = ['task.waiting', 'project/x', 'min_writer'].map((text) => bytes.indexOf(text));
    using database = new DatabaseSync(path, { readOnly: true });
    for (const sql of [
      'SELECT packed FROM event',
      'SELECT body FROM event',
      'SELECT hash FROM event',
      'SELECT bytes FROM blob',
      'SELECT wrapped FROM data_key',
    ]) {
      for (const row of database.prepare(sql).all()) {
        const [value] = Object.values(row);
        if (value === null || value === undefined) continue;
        const found = bytes.indexOf(Buffer.from(value as string | Uint8Array));
        if (found >= 0) places.push(found, found + 3);
      }
    }
    const told = { count: 0 };
    for (const at of places.filter((place) => place >= 0)) await flip(at, 4, told);
    expect(told.count).toBeGreaterThan(15);
  }, 120_000);

  async function flip(at: number, mask: number, told: { count: number }): Promise<void> {
    const copy = newPath();
    const bytes = readFileSync(path);
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    writeFileSync(copy, bytes);
    const report = await verifyFile(copy, { keys: KEYS }).catch(() => undefined);
    if (report === undefined || !report.isSound) told.count++;
    else expect(contents(copy), `byte ${at} ^ ${mask}`).toBe(before);
  }
});

/** Everything that can be read of a file, but for the row that says who holds it: that is no part of the record. */
function contents(path: string): string {
  using database = new DatabaseSync(path, { readOnly: true });
  const tables = ['sqlite_schema', 'event', 'blob', 'run', 'run_span', 'stream', 'snapshot'];
  const rows = [...tables, 'data_key', 'meta'].map((table) => {
    const key = ['run_span', 'meta'].includes(table) ? '' : 'rowid, ';
    return database.prepare(`SELECT ${key}* FROM ${table}`).all();
  });
  return JSON.stringify(rows, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
}

/** The version of the schema, and the least writer that may write. */
function versionsOf(path: string): readonly unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  return [version, database.prepare('SELECT value FROM meta').get()?.['value']];
}

function ofStream(stream: string): typeof SAMPLE {
  return SAMPLE.filter((event) => event.stream === stream);
}

function manyEvents(): typeof SAMPLE {
  const [first] = SAMPLE;
  if (first === undefined) return [];
  return Array.from({ length: 600 }, (_, at) => ({ ...first, id: `${at}`, seq: at + 1 }));
}

function change(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

/** Takes back what the second change of the schema brought. */
function asOfVersion1(path: string): void {
  change(
    path,
    `DROP INDEX blob_of_key; DROP TABLE data_key; ALTER TABLE event DROP COLUMN packed;
     ALTER TABLE blob DROP COLUMN data_key;
     ALTER TABLE blob DROP COLUMN sum; ALTER TABLE snapshot DROP COLUMN packed;
     ALTER TABLE snapshot DROP COLUMN sum; UPDATE meta SET value = 1; PRAGMA user_version = 1`,
  );
}

import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import { type SqliteOptions, sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { eventAt, readJournal, SAMPLE, writeJournal } from './journal.fixture.ts';
import { repairFile } from './repair-file.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const KEYS = testKeys();
const SEALED: SqliteOptions = { encryption: { keys: KEYS }, compress: 'all' };
const OURS = SAMPLE.filter(({ stream }) => stream === 'project/x');

describe('repairing a journal', () => {
  it('R11: of a sound one gives the same again, hash by hash', async () => {
    for (const options of [{}, SEALED]) {
      const { path, repaired, report } = await repairedAfter('SELECT 1', options);
      expect(report).toMatchObject({ quarantined: 0, streams: [{ lostCount: 0, cut: 0 }, {}] });
      expect(report.streams[0]?.newFrom).toBeUndefined();
      const heads = async (file: string) => (await verifyFile(file)).streams;
      expect(await heads(repaired)).toEqual(await heads(path));
      expect(await readJournal(repaired, options)).toEqual(OURS);
      expect(existsSync(`${repaired}.quarantine.jsonl`)).toBe(false);
    }
  });

  it('R11: makes anew what is derived', async () => {
    const { repaired } = await repairedAfter(
      "DELETE FROM run_span; UPDATE run SET name = name || 'x'",
    );
    expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
    expect(await readJournal(repaired)).toEqual(OURS);
  });

  it.each([
    ['a changed word', "UPDATE event SET body = replace(body, 'because 3', 'because 9')"],
    ['a text that is none', "UPDATE event SET body = '{' WHERE seq = 3"],
    ['an event that is gone', 'DELETE FROM event WHERE seq = 3'],
  ])('R11: puts %s aside, says so in its place, and keeps all others', async (_what, sql) => {
    const { path, repaired, report } = await repairedAfter(sql);
    expect(report.streams[0]).toMatchObject({ events: 6, lost: [3], lostCount: 1, newFrom: 3 });
    expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
    const read = await readJournal(repaired);
    expect(read.filter(({ seq }) => seq !== 3)).toEqual(OURS.filter(({ seq }) => seq !== 3));
    expect(read[2]).toMatchObject({ seq: 3, type: 'event.erased', data: { lost: true } });
    expect((await verifyFile(path)).isSound).toBe(false);
    expect(existsSync(`${repaired}.quarantine.jsonl`)).toBe(report.quarantined > 0);
  });

  it('R11: keeps an event of which only the hash was damaged', async () => {
    const { repaired, report } = await repairedAfter(
      "UPDATE event SET hash = 'x' || substr(hash, 2) WHERE seq = 3",
    );
    expect(report).toMatchObject({ quarantined: 1, streams: [{ lostCount: 0 }, {}] });
    expect(await readJournal(repaired)).toEqual(OURS);
  });

  it('R11: cuts what is damaged at the end, and keeps it in quarantine', async () => {
    const { repaired, report } = await repairedAfter(
      "UPDATE event SET body = replace(body, 'because', 'becaxse') WHERE seq >= 5",
    );
    expect(report.streams[0]).toMatchObject({ events: 4, lostCount: 0, cut: 2 });
    expect(await readJournal(repaired)).toEqual(OURS.slice(0, 4));
    const kept = readFileSync(`${repaired}.quarantine.jsonl`, 'utf8').trim().split('\n');
    expect(kept.map((line) => JSON.parse(line).row.body)).toEqual([
      expect.stringContaining('becaxse 5'),
      expect.stringContaining('becaxse 6'),
    ]);
    expect(statSync(`${repaired}.quarantine.jsonl`).mode & 0o777).toBe(0o600);
  });

  it('R11 X5: writes nothing where a file of an earlier repair is in its place', async () => {
    const { path, repaired } = await repairedAfter('SELECT 1');
    await expect(repairFile(path, repaired)).rejects.toMatchObject({ code: 'store.unreachable' });
    const other = `${repaired}.second`;
    writeFileSync(`${other}.quarantine.jsonl`, 'kept');
    await expect(repairFile(path, other)).rejects.toMatchObject({
      code: 'store.unreachable',
      message: expect.stringContaining(`${other}.quarantine.jsonl is there already`),
    });
    expect(existsSync(other)).toBe(false);
    expect(readFileSync(`${other}.quarantine.jsonl`, 'utf8')).toBe('kept');
  });

  it.each([
    ['an event', 'seq = 3', 'b'],
    ['every event', 'seq IN (3, 5)', 'b'],
    ['the event of its large value', 'seq = 2', 'a'],
  ])('X3 R11: a run that lost %s can be erased all the same', async (_what, which, run) => {
    const { repaired, report } = await repairedAfter(
      `UPDATE event SET packed = x'010200' WHERE ${which}`,
      SEALED,
    );
    expect(report.streams[0]?.lostCount).toBeGreaterThan(0);
    const store = await sqlite(repaired, SEALED)();
    const lease = await store.leases.acquire('journal', currentHolder('test'));
    await store.erase?.(lease.kind === 'held' ? lease.epoch : 0, 'project/x', run);
    await store.close();
    const read = await readJournal(repaired, SEALED);
    const of = read.filter((event) => event.run === run);
    expect(new Set(of.map(({ type }) => type))).toEqual(new Set(['event.erased']));
    expect(read.filter((event) => event.run !== run)).toEqual(
      OURS.filter((event) => event.run !== run),
    );
    expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
  });

  it('R11: loses the event whose large value is gone, and no other', async () => {
    const { repaired, report } = await repairedAfter('DELETE FROM blob WHERE length(bytes) > 20');
    expect(report.streams[0]).toMatchObject({ lost: [2] });
    expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
  });

  it('R6: gives epochs that were never given before', async () => {
    const { repaired } = await repairedAfter('UPDATE lease SET epoch = 0');
    using database = new DatabaseSync(repaired, { readOnly: true });
    expect(database.prepare('SELECT epoch, holder FROM lease').get()).toMatchObject({
      epoch: 1,
      holder: null,
    });
  });

  it('R11 X5: says how much room it takes where there is less, and writes nothing', async () => {
    const path = newPath();
    await writeJournal(path);
    const repaired = newPath();
    // All of it but its beginning has no place on the disk yet.
    truncateSync(path, 2 ** 42);
    await expect(repairFile(path, repaired)).rejects.toMatchObject({
      code: 'store.full',
      message: expect.stringMatching(/up to 4194304 MiB in .* and \d+ MiB are free/),
    });
    expect(existsSync(repaired)).toBe(false);
    expect(existsSync(`${repaired}.part`)).toBe(false);
  });

  it('R11: tells before every page is read by itself', async () => {
    const path = newPath();
    await writeJournal(path);
    const told: number[] = [];
    const onPages = (bytes: number): void => void told.push(bytes);
    await repairFile(path, newPath(), { onPages });
    expect(told).toEqual([]);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 0, 100));
    await repairFile(path, newPath(), { onPages });
    expect(told).toEqual([2 * bytes.length]);
  });

  it('R11: writes over nothing', async () => {
    const path = newPath();
    await writeJournal(path);
    await expect(repairFile(path, path)).rejects.toMatchObject({ code: 'store.unreachable' });
  });

  it('R11: whatever page is overwritten, what comes of it is sound, and no whole event is lost silently', async () => {
    const events = Array.from({ length: 120 }, (_, at) =>
      eventAt(at + 1, { run: `r${at % 7}`, because: `${at} `.repeat(250) }),
    );
    const path = newPath();
    await writeJournal(path, {}, events);
    const pages = statSync(path).size / 8_192;
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: pages - 1 }), fc.nat(255), async (page, byte) => {
        const bytes = readFileSync(path).fill(byte, page * 8_192 + 200, (page + 1) * 8_192);
        const damaged = newPath();
        writeFileSync(damaged, bytes);
        const repaired = newPath();
        await repairFile(damaged, repaired);
        expect(await verifyFile(repaired)).toMatchObject({ isSound: true });
        const read = await readJournal(repaired);
        for (const event of read) {
          if (event.type !== 'event.erased') expect(event).toEqual(events[event.seq - 1]);
        }
        const whole = read.filter(({ type }) => type !== 'event.erased').length;
        // A page holds a few events, or leads to many, which are found without it.
        expect(whole, `page ${page}`).toBeGreaterThan(120 - 12);
        kept = Math.max(kept, whole);
      }),
      { numRuns: 25, seed: 5 },
    );
    expect(kept).toBe(120);
  }, 120_000);
});

async function repairedAfter(sql: string, options: SqliteOptions = {}) {
  const path = newPath();
  await writeJournal(path, options);
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  const repaired = newPath();
  const report = await repairFile(path, repaired, options.encryption ?? {});
  return { path, repaired, report };
}

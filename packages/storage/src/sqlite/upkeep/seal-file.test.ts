import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import { type SqliteOptions, sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { eventAt, readJournal, SAMPLE, writeJournal } from './journal.fixture.ts';
import { rotateKeys } from './rotate-keys.ts';
import { sealFile } from './seal-file.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const KEYS = testKeys();
const SEALED: SqliteOptions = { encryption: { keys: KEYS } };
const OURS = SAMPLE.filter(({ stream }) => stream === 'project/x');

describe('sealing a whole file', () => {
  it('X2: leaves nothing readable in it, and everything in its place', async () => {
    const path = newPath();
    await writeJournal(path);
    expect(readFileSync(path).includes('because 3')).toBe(true);
    const report = await sealFile(path, KEYS);
    expect(report).toMatchObject({ sealed: 7, streams: [{ events: 6 }, { events: 1 }] });
    const bytes = readFileSync(path);
    for (const word of ['because', 'large words', 'a value by itself', 'so far']) {
      expect(bytes.includes(word), word).toBe(false);
    }
    expect(await readJournal(path, SEALED)).toEqual(OURS);
    const checked = await verifyFile(path, { keys: KEYS });
    expect(checked).toMatchObject({ isSound: true, problems: [] });
    expect(checked.streams.map(({ hash }) => hash)).toEqual(report.streams.map(({ hash }) => hash));
    expect(await sealFile(path, KEYS)).toMatchObject({ sealed: 0, streams: report.streams });
    const store = await sqlite(path, SEALED)();
    expect(await store.snapshots.latest('project/x', 1)).toMatchObject({ body: ['so far'] });
    const lease = await store.leases.acquire('x', currentHolder('x'));
    await store.erase?.(lease.kind === 'held' ? lease.epoch : 0, 'project/x', 'b');
    await store.close();
    expect((await readJournal(path, SEALED))[2]).toMatchObject({ type: 'event.erased' });
  });

  it('X2: leaves no snapshot in the clear that is damaged and so could not be sealed', async () => {
    const path = newPath();
    await writeJournal(path);
    const database = new DatabaseSync(path);
    database.exec(`UPDATE snapshot SET body = '["so far, but changed"]', sum = zeroblob(32)`);
    database.close();
    await sealFile(path, KEYS);
    expect(readFileSync(path).includes('so far')).toBe(false);
    expect(await verifyFile(path, { keys: KEYS })).toMatchObject({ isSound: true });
  });

  it('X2: changes nothing of a file that is damaged, or in use', async () => {
    const path = newPath();
    await writeJournal(path);
    const store = await sqlite(path)();
    await store.leases.acquire('x', currentHolder('x'));
    await expect(sealFile(path, KEYS)).rejects.toMatchObject({ code: 'store.busy' });
    await store.close();
    const database = new DatabaseSync(path);
    database.exec("UPDATE event SET body = replace(body, 'because 4', 'because 9')");
    database.close();
    await expect(sealFile(path, KEYS)).rejects.toMatchObject({
      code: 'store.corrupt',
      message: expect.stringContaining('seq 4'),
    });
    expect(readFileSync(path).includes('because 3')).toBe(true);
    await expect(readJournal(path)).rejects.toMatchObject({ code: 'store.corrupt' });
  });
});

describe('a file that was sealed before seals held the names of large strings', () => {
  const golden = join(import.meta.dirname, '../../../golden/sealed/2.sqlite');
  const swap = `UPDATE event SET lifted = (SELECT other.lifted FROM event AS other
    WHERE other.stream = event.stream AND other.seq = 9 - event.seq) WHERE stream = 1 AND seq IN (2, 7)`;

  it('X2 Q6: is proven as it is, read, and goes on', async () => {
    const path = newPath();
    copyFileSync(golden, path);
    const before = await verifyFile(path, { keys: KEYS });
    expect(before).toMatchObject({ isSound: true, streams: [{ events: 7, erased: 2 }, {}] });
    const events = await readJournal(path, SEALED);
    expect(events.slice(0, 2)).toEqual(OURS.slice(0, 2));
    expect(events[2]).toMatchObject({ type: 'event.erased' });
    await writeJournal(path, SEALED, [eventAt(8, { run: 'a' })]);
    expect(await readJournal(path, SEALED)).toEqual([...events, eventAt(8, { run: 'a' })]);
    expect(await verifyFile(path, { keys: KEYS })).toMatchObject({ isSound: true });
  });

  it('X2 R11: sealing it again has the seals hold them', async () => {
    const path = newPath();
    copyFileSync(golden, path);
    const events = await readJournal(path, SEALED);
    expect((await sealFile(path, KEYS)).sealed).toBe(6);
    expect((await sealFile(path, KEYS)).sealed).toBe(0);
    expect(await readJournal(path, SEALED)).toEqual(events);
    expect(await verifyFile(path, { keys: KEYS })).toMatchObject({
      isSound: true,
      streams: [{ erased: 2 }, {}],
    });
    const database = new DatabaseSync(path);
    database.exec(swap);
    database.close();
    const { problems } = await verifyFile(path, { keys: KEYS });
    expect(problems[0]).toMatchObject({ seq: 2, what: 'its seal does not open' });
  });
});

describe('rotating master keys', () => {
  it('X2: makes the old one needless, and touches no content', async () => {
    const path = newPath();
    await writeJournal(path, SEALED, SAMPLE, ['a']);
    const before = contents(path);
    expect(await rotateKeys(path, testKeys('second', 'first'))).toBe(4);
    expect(await rotateKeys(path, testKeys('second', 'first'))).toBe(0);
    const second = { encryption: { keys: testKeys('second') } };
    expect((await readJournal(path, second))[2]).toEqual(OURS[2]);
    expect((await readJournal(path, second))[0]).toMatchObject({ type: 'event.erased' });
    await expect(sqlite(path, SEALED)()).rejects.toMatchObject({ code: 'store.key' });
    expect(contents(path)).toEqual(before);
    await expect(rotateKeys(path, KEYS)).rejects.toMatchObject({ code: 'store.key' });
  });
});

function contents(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare('SELECT * FROM event ORDER BY cursor').all();
}

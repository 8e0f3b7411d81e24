import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../package/code-of.fixture.ts';
import { eventAt } from '../package/package.fixture.ts';
import { writePackage } from '../package/write-package.ts';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { sqlite } from '../sqlite/sqlite.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { backUp } from './back-up.ts';
import {
  eventsIn,
  KEYS,
  keeper,
  MAKING,
  maker,
  openWriter,
  secondsAgo,
  startWatch,
} from './backup.fixture.ts';
import { fullName, newSetId, setsIn } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { drill } from './drill.ts';
import { folderTarget } from './folder-target.ts';
import { restore } from './restore.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a restore', () => {
  it('R5: replaces nothing, and leaves nothing where it fails', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    expect(await codeOf(restore(target, newPath(), KEYS))).toBe('backup.none');
    await (await openWriter(path)).close();
    await backUp(path, target, MAKING);
    expect(await codeOf(restore(target, path, KEYS))).toBe('backup.place');
    const place = join(newPath('folder'), 'new.db');
    expect(await codeOf(restore(target, place, { secret: maker.secret }))).toBe('package.key');
    expect(await codeOf(restore(target, place, { ...KEYS, from: [keeper.public] }))).toBe(
      'package.signature',
    );
    expect(existsSync(place)).toBe(false);
    const file = newPath();
    await writeFile(file, 'no folder');
    expect(await codeOf(restore(target, join(file, 'new.db'), KEYS))).toBe('backup.place');
  });

  it('R5 Q6: of a journal that an older version wrote is up to date, and leaves nothing beside it', async () => {
    const path = newPath();
    copyFileSync(join(import.meta.dirname, '../../golden/3.sqlite'), path);
    const target = folderTarget(newPath('backups'));
    // As that version made it: this one brings the copy up to date before.
    const at = 1_790_000_000_000;
    const id = newSetId(at);
    await using sink = await target.put(fullName(id));
    const about = { kind: 'full', id, ends: {} };
    await writePackage(pieceOf(path), sink, { ...MAKING, createdAt: at, about });
    await sink.commit();
    const folder = newPath('folder');
    await restore(target, join(folder, 'new.db'), KEYS);
    expect(readdirSync(folder)).toEqual(['new.db']);
    const stream = 'project/default';
    expect(await eventsIn(join(folder, 'new.db'), stream)).toEqual(await eventsIn(path, stream));
  });

  it('R5: of a damaged or torn backup is refused, or takes what is whole, and says so', async () => {
    const path = newPath();
    const folder = newPath('backups');
    const target = folderTarget(folder);
    const writer = await openWriter(path);
    await writer.append(10);
    await backUp(path, target, { ...MAKING, clock: secondsAgo(1) });
    await writer.append(10);
    const watch = startWatch(path, target, { everyMs: 60_000, tailMs: 5 });
    await watch.until(({ kind }) => kind === 'full');
    for (const shipped of [30, 40, 50]) {
      await writer.append(10);
      await watch.until(() => watch.shipped() >= shipped);
    }
    await watch.stop();
    await writer.close();
    const set = setsIn(await target.list()).at(-1);
    expect(set?.tails.length).toBeGreaterThanOrEqual(3);

    const tail = join(folder, set?.tails[1] ?? '');
    await truncate(tail, 200);
    await expect(restore(target, newPath(), KEYS)).rejects.toMatchObject(
      named('package.torn', set?.tails[1]),
    );
    const some = newPath();
    const back = await restore(target, some, { ...KEYS, skipDamaged: true });
    expect(back.skipped).toMatchObject([{ name: set?.tails[1] }]);
    expect((await eventsIn(some)).length).toBe(30);

    const full = join(folder, set?.full ?? '');
    const bytes = await readFile(full);
    bytes.writeUInt8((bytes[bytes.length >> 1] ?? 0) ^ 1, bytes.length >> 1);
    await writeFile(full, bytes);
    const refused = named('package.damaged', set?.full);
    await expect(restore(target, newPath(), KEYS)).rejects.toMatchObject(refused);
    await expect(drill(target, KEYS)).rejects.toMatchObject(refused);
    const older = newPath();
    await restore(target, older, { ...KEYS, skipDamaged: true });
    expect((await eventsIn(older)).length).toBe(10);
  });

  it('R5: whose last checkpoint does not come through is refused, and leaves nothing', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(3);
    const watch = startWatch(path, target, { everyMs: 3_600_000, tailMs: 10 });
    await watch.until(({ kind }) => kind === 'full');
    await writer.append(20);
    await watch.until(({ kind }) => kind === 'tail');
    await watch.stop();
    await writer.close();

    const place = join(newPath('restored'), 'j.db');
    const readers: DatabaseSync[] = [];
    const held: BackupTarget = {
      ...target,
      get: (name) => {
        const [draft] = readdirSync(dirname(place)).filter((one) => one.endsWith('.part'));
        // The copy is whole once the first part after it is asked for.
        if (draft !== undefined && readers.length === 0 && !name.includes('full')) {
          const reader = new DatabaseSync(join(dirname(place), draft));
          reader.exec('BEGIN; SELECT count(*) FROM event');
          readers.push(reader);
        }
        return target.get(name);
      },
    };
    const options = { ...KEYS, sqlite: { busyTimeoutMs: 20 } };
    expect(await codeOf(restore(held, place, options))).toBe('backup.place');
    expect(readers).toHaveLength(1);
    for (const reader of readers) reader.close();
    expect(readdirSync(dirname(place))).toEqual([]);
    expect((await restore(target, place, KEYS)).shipped).toBeGreaterThan(0);
  });
});

describe('a restore of a sealed journal', () => {
  it('X2 A6: without its keys says what is missing, and of no file that nobody knows', async () => {
    const path = newPath();
    const sealed = { encryption: { keys: testKeys() } };
    const store = await sqlite(path, sealed)();
    const lease = await store.leases.acquire('journal', currentHolder('writer'));
    if (lease.kind !== 'held') throw new Error('busy');
    await store.events.append(lease.epoch, [{ ...eventAt(1), epoch: lease.epoch }]);
    await store.close();
    const target = folderTarget(newPath('backups'));
    await backUp(path, target, { ...MAKING, sqlite: sealed });
    const place = newPath();
    await expect(restore(target, place, KEYS)).rejects.toMatchObject({
      code: 'store.key',
      message: expect.stringMatching(new RegExp(`^${place} cannot be opened: .*OVERSEER_KEYS`)),
    });
    expect(readdirSync(dirname(place)).filter((name) => name.endsWith('.part'))).toEqual([]);
    await restore(target, place, { ...KEYS, sqlite: sealed });
  });
});

/** A refusal that says which part is damaged, once, and what to do. */
function named(code: string, name = 'none'): object {
  const words = `^${name} in [^ ]+ cannot be used\\. The package is .* by skipDamaged \\(--skip-damaged\\)[^.]*\\.$`;
  return { code, message: expect.stringMatching(words) };
}

async function* pieceOf(path: string) {
  yield { kind: 'blob' as const, bytes: await readFile(path) };
}

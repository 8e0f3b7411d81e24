import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder, systemClock } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../package/code-of.fixture.ts';
import { testKeys } from '../sqlite/keys.fixture.ts';
import { sqlite } from '../sqlite/sqlite.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { backUp } from './back-up.ts';
import {
  eventsIn,
  fullAfter,
  KEYS,
  keeper,
  MAKING,
  maker,
  openWriter,
  secondsAgo,
  startWatch,
} from './backup.fixture.ts';
import { setsIn } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { drill } from './drill.ts';
import { folderTarget } from './folder-target.ts';
import { restore } from './restore.ts';
import { watchBackups } from './watch-backups.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a backup', () => {
  it('R5: made while an overseer writes is a whole prefix of its journal, and may be worked on', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(2_000);
    let isDone = false;
    const making = backUp(path, target, MAKING).finally(() => {
      isDone = true;
    });
    let during = 0;
    for (; !isDone; during++) await writer.append(1);
    const done = await making;
    expect(during).toBeGreaterThan(5);
    const all = await writer.events();
    const restored = newPath();
    const { heads, id, shipped } = await restore(target, restored, KEYS);
    expect({ id, shipped }).toEqual({ id: done.id, shipped: 0 });
    const part = await eventsIn(restored);
    expect(part.length).toBe(heads['project/a']);
    expect(part.length).toBeGreaterThanOrEqual(2_000);
    expect(part).toEqual(all.slice(0, part.length));
    await writer.close();

    const store = await sqlite(restored)();
    const lease = await store.leases.acquire('journal', currentHolder('next'));
    expect(lease).toEqual({ kind: 'held', epoch: 2 });
    await store.close();
    expect(statSync(restored).mode & 0o777).toBe(0o600);
    expect(readdirSync(target.name)).toEqual([done.name]);
  });

  it('R5: of which the target is none, full or torn away harms neither journal nor older backups', async () => {
    const path = newPath();
    const folder = newPath('backups');
    const writer = await openWriter(path);
    await writer.append(300);
    const target = folderTarget(folder);
    const first = await backUp(path, target, MAKING);

    const file = newPath();
    await writeFile(file, 'no folder');
    expect(await codeOf(backUp(path, folderTarget(file), MAKING))).toBe('backup.target');
    for (const [after, code] of [
      [0, 'backup.full'],
      [2, 'backup.full'],
    ] as const) {
      expect(await codeOf(backUp(path, fullAfter(target, after), MAKING))).toBe(code);
    }
    const none = newPath();
    expect(await codeOf(backUp(none, target, MAKING))).toBe('store.unreachable');
    expect(await codeOf(drill(target, { ...KEYS, journal: none }))).toBe('store.unreachable');
    expect(existsSync(none)).toBe(false);
    const signal = AbortSignal.abort();
    expect(await codeOf(backUp(path, target, { ...MAKING, signal }))).toMatch(/AbortError/);
    expect(readdirSync(folder)).toEqual([first.name]);
    await writer.append(5);
    await writer.close();
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect((await eventsIn(restored)).length).toBe(300);
  });

  it('R11 X5: names the journal where there is none to copy, and drops nothing of a hurt log', async () => {
    const target = folderTarget(newPath('backups'));
    const empty = newPath();
    await writeFile(empty, '');
    const other = newPath();
    const database = new DatabaseSync(other);
    database.exec('CREATE TABLE recipe (name TEXT)');
    database.close();
    const left = newPath();
    await writeFile(left, '');
    await writeFile(`${left}-wal`, Buffer.alloc(50_000, 7));
    for (const [path, code] of [
      [empty, 'store.unreachable'],
      [other, 'store.corrupt'],
      [left, 'store.corrupt'],
    ] as const) {
      await expect(backUp(path, target, MAKING)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(path),
      });
    }
    expect(statSync(`${left}-wal`).size).toBe(50_000);
  });

  it('R5: clears away what one left that was killed, a day later', async () => {
    const path = newPath();
    const folder = newPath('backups');
    await (await openWriter(path)).close();
    await mkdir(join(folder, '.scratch-old'), { recursive: true });
    await writeFile(join(folder, '.x-full.ovpkg.1.part'), 'half');
    await writeFile(join(folder, '.kept'), 'not ours');
    const { name } = await backUp(path, folderTarget(folder), MAKING);
    expect(readdirSync(folder).length).toBe(4);
    const clock = { ...systemClock, now: () => Date.now() + 2 * 86_400_000 };
    const later = await backUp(path, folderTarget(folder), { ...MAKING, clock });
    expect(readdirSync(folder).sort()).toEqual(['.kept', name, later.name]);
  });

  it('R5: is deleted when newer ones are enough', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    await (await openWriter(path)).close();
    const made: string[] = [];
    for (let nth = 0; nth < 4; nth++) {
      const clock = secondsAgo(4 - nth);
      const options = { ...MAKING, clock, keep: { last: 2, daily: 0, weekly: 0 } };
      const { id, deleted } = await backUp(path, target, options);
      expect(deleted).toEqual(nth < 2 ? [] : [made[nth - 2]]);
      made.push(id);
    }
    expect(setsIn(await target.list()).map(({ id }) => id)).toEqual(made.slice(2));
  });
});

describe('watching', () => {
  it('X2: a sealed journal is refused where what comes between two copies would be in the clear', async () => {
    const path = newPath();
    const opened = { encryption: { keys: testKeys() } };
    const store = await sqlite(path, opened)();
    await store.close();
    const target = folderTarget(newPath('backups'));
    const { signal } = new AbortController();
    const options = { sign: maker.secret, sqlite: opened, signal };
    await expect(watchBackups(path, target, options)).rejects.toMatchObject({
      code: 'backup.unsealed',
    });
    expect(await target.list()).toEqual([]);
    const controller = new AbortController();
    await watchBackups(path, target, {
      ...options,
      to: [keeper.public],
      tailMs: 20,
      signal: controller.signal,
      onNotice: () => controller.abort(),
    });
    expect(await target.list()).toHaveLength(1);
  });

  it('R5: stopped while it ships something, it ships what came meanwhile too', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(1);
    const controller = new AbortController();
    const busy: BackupTarget = {
      ...target,
      put: async (name) => {
        if (name.includes('-tail-') && !controller.signal.aborted) {
          await writer.append(1);
          controller.abort();
        }
        return target.put(name);
      },
    };
    await watchBackups(path, busy, {
      ...MAKING,
      tailMs: 10,
      signal: controller.signal,
      onNotice: ({ kind }) => {
        if (kind === 'full') void writer.append(1);
      },
    });
    await writer.close();
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect(await eventsIn(restored)).toHaveLength(3);
  });

  it('R5: leaves no part behind whose copy went, where only the newest is kept', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    // As an older version left it.
    await using orphan = await target.put('20200101T000000000Z-abcd-tail-000001.ovpkg');
    await orphan.write(Buffer.from('nobody needs it'));
    await orphan.commit();
    const keep = { last: 1, daily: 0, weekly: 0 };
    const watch = startWatch(path, target, { everyMs: 60, tailMs: 10, keep });
    while (watch.fulls() < 6) {
      await writer.append(1, Date.now());
      await watch.next();
    }
    await watch.stop();
    await writer.close();
    const names = (await target.list()).map(({ name }) => name);
    const sets = new Set(names.map((name) => name.slice(0, 24)));
    expect([...sets]).toEqual(setsIn(await target.list()).map(({ id }) => id));
  });

  it('R5: ships what comes, so that a lost disk costs seconds, and any moment can be restored', {
    tags: ['slow'],
  }, async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(10, 1_000);
    const watch = startWatch(path, target, { everyMs: 600, tailMs: 20 });
    await watch.until(({ kind }) => kind === 'full');
    const moments: number[] = [];
    for (let nth = 0; nth < 40 || watch.fulls() < 2; nth++) {
      await writer.append(3, Date.now(), nth % 2 === 0 ? 'project/a' : 'project/b');
      // What is not on the disk yet is nobody's.
      moments.push(Date.now());
      await watch.next();
    }
    const all = [...(await writer.events()), ...(await writer.events('project/b'))];
    await watch.until(() => watch.shipped() >= all.length);
    await watch.stop();
    await writer.close();
    expect(watch.fulls()).toBeGreaterThan(1);
    expect(watch.failures()).toEqual([]);

    const newest = newPath();
    const { skipped } = await restore(target, newest, KEYS);
    expect(skipped).toEqual([]);
    const back = [...(await eventsIn(newest)), ...(await eventsIn(newest, 'project/b'))];
    expect(idsOf(back)).toEqual(idsOf(all));
    const [{ at: first } = { at: 0 }] = setsIn(await target.list());
    for (const at of moments.filter((moment, nth) => moment > first && nth % 6 === 0)) {
      const place = newPath();
      await restore(target, place, { ...KEYS, at });
      const back = [...(await eventsIn(place)), ...(await eventsIn(place, 'project/b'))];
      expect(idsOf(back)).toEqual(idsOf(all.filter((event) => event.at <= at)));
    }
    const early = restore(target, newPath(), { ...KEYS, at: 5 });
    await expect(early).rejects.toThrow(/its oldest backup is of 20/);
  });

  it('R5: goes on after the target was away, and loses nothing', async () => {
    const path = newPath();
    const folder = newPath('backups');
    const writer = await openWriter(path);
    await writer.append(5);
    let isAway = false;
    const target: BackupTarget = {
      ...folderTarget(folder),
      put: async (name) => {
        if (isAway) throw Object.assign(new Error('no route'), { code: 'EIO' });
        return await folderTarget(folder).put(name);
      },
    };
    const watch = startWatch(path, target, { everyMs: 60_000, tailMs: 10 });
    await watch.until(({ kind }) => kind === 'full');
    isAway = true;
    await writer.append(5);
    const failed = await watch.until(({ kind }) => kind === 'failed');
    expect(failed).toMatchObject({ error: { code: 'backup.target', retryable: true } });
    isAway = false;
    await writer.append(5);
    await watch.until(() => watch.shipped() >= 15);
    await watch.stop();
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect(await eventsIn(restored)).toEqual(await writer.events());
    await writer.close();
  });
});

function idsOf(events: readonly OverseerEvent[]): readonly string[] {
  return events.map(({ id }) => id);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { backUp } from '../backup/back-up.ts';
import { eventsIn, KEYS, MAKING, maker, openWriter, startWatch } from '../backup/backup.fixture.ts';
import { drill } from '../backup/drill.ts';
import { restore } from '../backup/restore.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { failing, targetOn } from './s3.fixture.ts';
import { type S3TestServer, startS3 } from './test-server/index.ts';

const MIB = 1_048_576;
const { newPath } = temporaryFolder(afterAll);

/** Backs a journal up to a bucket that the environment names. */
const BACKER = `
import { backUp } from '@overseer/storage/backup';
import { s3Target } from '@overseer/storage/s3';
const [path, scratch, sign] = process.argv.slice(1);
const target = s3Target({ bucket: 'backups', prefix: 'a/b', partBytes: ${5 * MIB}, scratch });
await backUp(path, target, { sign });
`;

function startBacker(server: S3TestServer, path: string, scratch: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      '--conditions=@overseer/source',
      '--input-type=module',
      '-e',
      BACKER,
      path,
      scratch,
      maker.secret,
    ],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: { PATH: process.env['PATH'] ?? '', ...server.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
}

/** Makes a journal large by what no compression makes smaller. */
function fatten(path: string, bytes: number): void {
  using database = new DatabaseSync(path);
  database.exec('CREATE TABLE ballast (bytes BLOB)');
  database.prepare('INSERT INTO ballast VALUES (?)').run(randomBytes(bytes));
}

describe('backups in a bucket', () => {
  it('R5: are made, shipped on, drilled, restored to any moment, and deleted when newer ones are enough', async () => {
    await using server = await startS3({ pageSize: 3 });
    const target = targetOn(server, { scratch: newPath('scratch') });
    const path = newPath();
    const writer = await openWriter(path);
    await writer.append(20, 1_000);
    const keep = { last: 2, daily: 0, weekly: 0 };
    const watch = startWatch(path, target, { everyMs: 60_000, tailMs: 10, keep });
    const full = await watch.until(({ kind }) => kind === 'full');
    const moments: number[] = [];
    for (let nth = 1; nth <= 4; nth++) {
      await writer.append(5, Date.now());
      await watch.until(() => watch.shipped() >= 20 + 5 * nth);
      moments.push(Date.now());
      await sleep(5);
    }
    await watch.stop();
    expect(watch.failures()).toEqual([]);
    const report = await drill(target, { ...KEYS, journal: path });
    expect(report).toMatchObject({ events: 40, missing: 0, rpoMs: 0 });
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect(await eventsIn(restored)).toEqual(await writer.events());
    const then = newPath();
    await restore(target, then, { ...KEYS, at: moments[1] ?? 0 });
    expect(await eventsIn(then)).toHaveLength(30);
    await writer.close();

    await backUp(path, target, { ...MAKING, keep });
    const { deleted } = await backUp(path, target, { ...MAKING, keep });
    expect(deleted).toEqual([full.kind === 'full' ? full.done.id : '']);
    const left = (await target.list()).map(({ name }) => name);
    expect(left).toHaveLength(2);
    expect(left.every((name) => name.endsWith('-full.ovpkg'))).toBe(true);
  });

  it('R5: a watch goes on after the store was away, also where it had done what it did not say', async () => {
    let isAway = false;
    await using server = await startS3({
      fault: ({ method, key }) =>
        isAway && method === 'PUT' && key !== '' ? { kind: 'drop', when: 'after' } : undefined,
    });
    const target = targetOn(server, { attempts: 1, scratch: newPath('scratch') });
    const path = newPath();
    const writer = await openWriter(path);
    await writer.append(5);
    const watch = startWatch(path, target, { everyMs: 60_000, tailMs: 10 });
    await watch.until(({ kind }) => kind === 'full');
    isAway = true;
    await writer.append(5);
    const failed = await watch.until(({ kind }) => kind === 'failed');
    expect(failed).toMatchObject({ error: { code: 'backup.target', retryable: true } });
    await writer.append(5);
    isAway = false;
    await watch.until(() => watch.shipped() >= 15);
    await watch.stop();
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect(await eventsIn(restored)).toEqual(await writer.events());
    await writer.close();
  });

  it('R5: a damaged one is refused, and a cut while restoring is none', async () => {
    await using server = await startS3({
      fault: failing(2, ({ method, key }) => method === 'GET' && key !== '', {
        kind: 'cut',
        bytes: 1_000,
      }),
    });
    const target = targetOn(server, { scratch: newPath('scratch') });
    const path = newPath();
    const writer = await openWriter(path);
    await writer.append(30);
    const { name } = await backUp(path, target, MAKING);
    const restored = newPath();
    await restore(target, restored, KEYS);
    expect(await eventsIn(restored)).toEqual(await writer.events());
    await writer.close();
    const kept = server.kept.objects.get(`a/b/${name}`);
    const middle = (kept?.bytes.byteLength ?? 0) >> 1;
    kept?.bytes.writeUInt8(kept.bytes.readUInt8(middle) ^ 1, middle);
    await expect(restore(target, newPath(), KEYS)).rejects.toMatchObject({
      code: 'package.damaged',
    });
  });

  it('R5: kill -9 in the middle of an upload leaves the last whole one, and its parts are swept', {
    timeout: 60_000,
  }, async () => {
    const path = newPath();
    const scratch = newPath('scratch');
    const writer = await openWriter(path);
    await writer.append(50);
    const before = await writer.events();
    let reached: (() => void) | undefined;
    const isMidway = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let isHanging = true;
    await using server = await startS3({
      fault: ({ query }) => {
        if (!isHanging || query.get('partNumber') !== '3') return undefined;
        reached?.();
        return { kind: 'hang' };
      },
    });
    const target = targetOn(server, { scratch });
    const whole = await backUp(path, target, { sign: maker.secret });
    await writer.append(10);
    await writer.close();
    fatten(path, 17 * MIB);

    const child = startBacker(server, path, scratch);
    const ended = once(child, 'exit');
    await Promise.race([isMidway, ended.then(() => Promise.reject(new Error('it ended')))]);
    child.kill('SIGKILL');
    await ended;
    expect(server.kept.uploads.size).toBe(1);
    const [left] = [...server.kept.uploads.values()];
    expect(left?.parts.size).toBe(2);
    expect((await target.list()).map(({ name }) => name)).toEqual([whole.name]);
    const restored = join(newPath('there'), 'journal.db');
    expect(await restore(target, restored, KEYS)).toMatchObject({ id: whole.id, skipped: [] });
    expect(await eventsIn(restored)).toEqual(before);

    isHanging = false;
    const again = once(startBacker(server, path, scratch), 'exit');
    expect((await again)[0]).toBe(0);
    expect(server.kept.uploads.size).toBe(1);
    const clock = { ...systemClock, now: () => Date.now() + 25 * 3_600_000 };
    await using late = await startS3({ now: clock.now });
    for (const [id, upload] of server.kept.uploads) late.kept.uploads.set(id, upload);
    await using sink = await targetOn(late, { clock }).put('x.ovpkg');
    await sink.commit();
    expect(late.kept.uploads.size).toBe(0);
    const newest = newPath();
    await restore(target, newest, KEYS);
    expect(await eventsIn(newest)).toHaveLength(60);
  });
});

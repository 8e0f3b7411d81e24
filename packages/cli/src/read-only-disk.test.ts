import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene } from './scene.fixture.ts';
import { onDisks, smallDisk } from './small-disk.fixture.ts';

/** Writes a journal of so many events, and what a process that is killed then leaves of it. */
async function write(closed: string, killed: string): Promise<void> {
  const store = await sqlite(closed)();
  const lease = await store.leases.acquire('project/default', currentHolder('test'));
  const epoch = lease.kind === 'held' ? lease.epoch : 0;
  for (let seq = 1; seq <= 20; seq++) {
    const event: OverseerEvent = {
      ...{ id: `e${seq}`, stream: 'project/default', seq, at: seq, v: 1, epoch, run: 'r' },
      ...{ actor: 'overseer', type: 'task.waiting', data: { because: `because ${seq}` } },
    };
    await store.events.append(epoch, [event]);
  }
  for (const end of ['', '-wal']) await copyFile(`${closed}${end}`, `${killed}${end}`);
  await store.close();
}

describe('a disk that can only be read', { tags: ['slow'], timeout: 240_000 }, () => {
  it('R12 Q6 X5: a journal on it is looked at, copied and repaired', async (test) => {
    await using scene = await createScene(undefined);
    const disk = join(`${scene.folder} disk`);
    await mkdir(disk);
    using mounted = smallDisk(disk, 20_000);
    if (mounted === undefined) {
      test.skip('this user may not mount a small disk');
      return;
    }
    await write(join(disk, 'a.db'), join(disk, 'killed.db'));
    onDisks('mount', ['-o', 'remount,ro', disk]);
    const before = await readdir(disk);
    const say = (journal: string, ...args: readonly string[]) =>
      overseer(scene, [...args, '--journal', join(disk, journal)]);
    for (const [args, said] of commandsIn(scene)) {
      const { code, out, err } = await say('a.db', ...args);
      expect([code, out, err], args.join(' ')).toEqual([0, expect.stringMatching(said), '']);
    }
    const { code, out } = await say('a.db', 'doctor');
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ rights: .*not be written/)]);
    expect(out).toMatch(/✓ integrity(.|\n)*! retention/);
    expect(await say('a.db', 'export', join(scene.folder, 'x.ovpkg'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/key\.secret: .*--key.*\[config\.key-file\]\n$/),
    });

    // There the log would have to be read by a file beside it.
    for (const command of ['verify', 'project']) {
      const { code: refused, err } = await say('killed.db', command);
      expect([refused, err]).toEqual([
        1,
        expect.stringMatching(/killed\.db-wal.*copy both files.*\[store\.read-only\]\n$/),
      ]);
    }
    const repaired = await say('killed.db', 'repair', '--out', join(scene.folder, 'k.db'));
    expect(repaired).toMatchObject({ code: 0, out: expect.stringContaining('default: 20 events') });
    expect(await readdir(disk)).toEqual(before);
  });
});

describe('a disk that is full', { tags: ['slow'], timeout: 120_000 }, () => {
  it('R11 X5: a journal on it is looked at, and no half of one is left on it', async (test) => {
    await using scene = await createScene(undefined);
    const disk = join(`${scene.folder} disk`);
    await mkdir(disk);
    using mounted = smallDisk(disk, 1_000);
    if (mounted === undefined) {
      test.skip('this user may not mount a small disk');
      return;
    }
    const journal = join(disk, 'a.db');
    await write(journal, join(scene.folder, 'killed.db'));
    await writeFile(join(disk, 'fill'), Buffer.alloc(1_000_000)).catch(() => undefined);
    const looked = await overseer(scene, ['verify', '--journal', journal]);
    expect(looked).toMatchObject({ code: 0, out: expect.stringContaining('Sound') });
    const repaired = join(disk, 'repaired.db');
    const killed = ['--journal', join(scene.folder, 'killed.db')];
    expect(await overseer(scene, ['repair', ...killed, '--out', repaired])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /Repairing .*killed\.db takes up to \d+ MiB in .* disk .*Nothing was written\. .*\[store\.full\]\n$/,
      ),
    });
    expect((await readdir(disk)).filter((name) => name.startsWith('repaired'))).toEqual([]);
  });
});

function commandsIn(scene: Scene): readonly (readonly [readonly string[], RegExp])[] {
  const { folder } = scene;
  const key = ['--key', join(folder, 'key.secret')];
  return [
    [['verify'], /^project\/default: 20 events(.|\n)*Sound/],
    [['audit'], /"seq":20/],
    [['project'], /^default: .*as of event 20/],
    [['status'], /running/],
    [['events'], /because 20/],
    [['export', join(folder, 'a.ovpkg'), ...key], /20 events/],
    [['repair', '--out', join(folder, 'a.db')], /default: 20 events\n/],
  ];
}

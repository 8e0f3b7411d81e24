import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  createScene,
  FEATURE,
  git,
  overseer,
  type Scene,
  smallScenario,
  start,
} from './scene.fixture.ts';
import { onDisks, smallDisk } from './small-disk.fixture.ts';

const team = ['--model', 'boss', '--model', 'worker'];

async function worked(): Promise<Scene> {
  const scene = await createScene(smallScenario());
  const { code, out } = await overseer(scene, ['run', ...scene.server, '--model', 'boss', 'What?']);
  expect(code, out).toBe(0);
  return scene;
}

describe('a journal that cannot be used', { tags: ['slow'], timeout: 60_000 }, () => {
  it('X5 R11: that is damaged, is told as such and left as it is', async () => {
    await using scene = await createScene(smallScenario());
    const journal = join(scene.folder, 'bad.db');
    await writeFile(journal, 'no journal at all, and long enough to look like one\n'.repeat(200));
    const before = await readFile(journal);
    for (const args of [
      ['run', ...scene.server, ...team, 'y'],
      ['resume', ...scene.server, ...team],
      ['status'],
      ['events'],
    ]) {
      const { code, err, out } = await overseer(scene, [...args, '--journal', 'bad.db']);
      expect([code, out, err]).toEqual([
        1,
        '',
        expect.stringMatching(/^\S.*bad\.db is damaged.*\[store\.corrupt\]\n$/),
      ]);
    }
    expect(await readFile(journal)).toEqual(before);
  });

  it('X5 R11: a page that was overwritten is found before anything is begun on it', async () => {
    await using scene = await worked();
    const journal = join(scene.folder, '.overseer', 'journal.db');
    new DatabaseSync(journal).exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const { size } = await (await open(journal)).stat();
    await truncate(journal, size - 4_096 * 3);
    const { code, err } = await overseer(scene, ['run', ...scene.server, ...team, 'Again?']);
    expect([code, err]).toEqual([1, expect.stringMatching(/\[store\.corrupt\]\n$/)]);
  });

  it('Q6 X5: that a newer version wrote, is left to that version', async () => {
    await using scene = await worked();
    const journal = join(scene.folder, '.overseer', 'journal.db');
    const database = new DatabaseSync(journal);
    database.exec('PRAGMA user_version = 9999');
    database.close();
    const { code, err } = await overseer(scene, ['run', ...scene.server, ...team, 'Again?']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^.*journal\.db .*\[store\.newer\]\n$/)]);
  });

  it('R6 X5: that another process works on, names that process and says to end it', async () => {
    await using scene = await createScene(smallScenario(4_000), FEATURE);
    const first = start(scene, ['run', ...scene.server, ...team, '--plain']);
    await first.until(/T001 goes to/);
    const { code, err, out } = await overseer(scene, ['run', ...scene.server, ...team, 'y']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      new RegExp(
        `is busy: process ${first.pid} has worked on it since .*End that process first \\(kill ${first.pid}\\).*\\[store\\.busy\\]\\n$`,
      ),
    );
    expect((await overseer(scene, ['status'])).out).toMatch(/Small +running/);
    first.kill('SIGKILL');
    await first.ended;
    expect((await overseer(scene, ['status'])).code).toBe(0);
  });

  it('R1 X5: on a full disk the run stops with one sentence, and goes on once there is room', async (test) => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const disk = join(`${scene.folder} disk`);
    await mkdir(disk);
    using mounted = smallDisk(disk, 300);
    if (mounted === undefined) {
      test.skip('this user may not mount a small disk');
      return;
    }
    const journal = ['--journal', join(disk, 'journal.db')];
    const stopped = await overseer(scene, ['run', ...scene.server, ...team, '--plain', ...journal]);
    expect(stopped.code, stopped.out).toBe(1);
    expect(stopped.err).toMatch(
      /^There is no room left for .*journal\.db: free some space.*\[store\.full\]\n$/,
    );
    const partly = await git(scene, 'log', '--format=%s');
    expect(partly).not.toContain('third text');
    onDisks('mount', ['-o', 'remount,size=20000k', disk]);
    const resumed = await overseer(scene, [
      'resume',
      ...scene.server,
      ...team,
      '--plain',
      ...journal,
    ]);
    expect(resumed.code, resumed.out + resumed.err).toBe(0);
    const log = await git(
      scene,
      'log',
      '--format=%(trailers:key=Overseer-Task,valueonly,separator=%x2c)',
    );
    expect(log.trim().split('\n').filter(Boolean).sort()).toEqual(['T001', 'T002', 'T003']);
    expect(await git(scene, 'status', '--porcelain')).toBe('');
  });
});

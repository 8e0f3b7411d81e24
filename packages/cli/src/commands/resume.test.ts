import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createScene,
  type Ended,
  FEATURE,
  git,
  overseer,
  type Scene,
  smallScenario,
  start,
} from '../scene.fixture.ts';

const team = ['--model', 'boss', '--model', 'worker'];

/** The journal's events. */
async function eventsOf(scene: Scene): Promise<
  readonly {
    readonly type: string;
    readonly id: string;
    readonly call?: string;
    readonly task?: string;
  }[]
> {
  const { out } = await overseer(scene, ['events', '--json']);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Everything is done, once, and by the book. */
async function expectWhole(scene: Scene, { code, out, err }: Ended): Promise<void> {
  expect(code, out + err).toBe(0);
  const tasks = await readFile(join(scene.folder, 'specs/001-small/tasks.md'), 'utf8');
  expect(tasks).toBe(FEATURE['specs/001-small/tasks.md']?.replaceAll('[ ]', '[x]'));
  const log = await git(
    scene,
    'log',
    '--format=%(trailers:key=Overseer-Task,valueonly,separator=%x2c)',
  );
  expect(log.trim().split('\n').filter(Boolean).sort()).toEqual(['T001', 'T002', 'T003']);
  expect(await git(scene, 'status', '--porcelain')).toBe('');
  const events = await eventsOf(scene);
  for (const type of ['call.finished', 'task.done']) {
    const all = events.filter((event) => event.type === type).map(({ call, task }) => call ?? task);
    expect(new Set(all).size).toBe(all.length);
  }
}

describe('overseer resume', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R1 R2 A1: after kill -9 in the middle of calls it goes on, ticks the boxes, and repeats nothing', async () => {
    await using scene = await createScene(smallScenario(700), FEATURE);
    const running = start(scene, ['run', ...scene.server, ...team, '--plain']);
    await running.until(/T002 goes to/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.kill('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    const before = await eventsOf(scene);
    const resumed = await overseer(scene, ['resume', ...scene.server, ...team, '--plain']);
    await expectWhole(scene, resumed);
    const after = new Set((await eventsOf(scene)).map(({ id }) => id));
    expect(before.filter(({ id }) => !after.has(id))).toEqual([]);
    expect(resumed.out).toMatch(/\(2 uncertain, charged at their estimate\)/);
  });

  it('K6 R2: Ctrl-C lets calls end, suspends the run, and says how to go on, which works as it stands', async () => {
    await using scene = await createScene(smallScenario(700), FEATURE);
    const running = start(scene, [
      'run',
      ...scene.server,
      ...team,
      '--plain',
      '--limit',
      '40 calls / 1h',
    ]);
    await running.until(/T001 goes to/);
    running.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect([code, err]).toEqual([130, '']);
    expect(out).toContain('Stopping: calls in flight may end.');
    expect(out).toContain('suspended: the overseer was closed');
    expect((await eventsOf(scene)).some(({ type }) => type === 'call.failed')).toBe(false);
    const [, command = ''] = /^Go on with: overseer (.+)$/m.exec(out) ?? [];
    const words = command.split(/ (?=--)/).flatMap((word) => word.split(/ (.+)/, 2));
    await expectWhole(
      scene,
      await overseer(
        scene,
        words.map((word) => word.replaceAll("'", '')),
      ),
    );
  });

  it('K6: the second Ctrl-C ends the process at once, and the run can be resumed all the same', async () => {
    await using scene = await createScene(smallScenario(3_000), FEATURE);
    const running = start(scene, ['run', ...scene.server, ...team, '--plain']);
    await running.until(/T001 goes to/);
    running.kill('SIGINT');
    running.kill('SIGINT');
    await running.until(/Stopping/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const pressedAt = performance.now();
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(performance.now() - pressedAt).toBeLessThan(1_000);
    expect((await overseer(scene, ['status'])).out).toMatch(/ running +0\/3 /);
  });

  it('R2: without anything to resume it says so; an unknown run and a missing journal are errors', async () => {
    await using scene = await createScene(smallScenario());
    const none = await overseer(scene, ['resume', ...scene.server, ...team]);
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringMatching(
        /^There is no journal at .*; say --repo or --journal\. \[config\.no-journal\]\n$/,
      ),
    ]);
    expect((await overseer(scene, ['run', ...scene.server, ...team, 'What?'])).code).toBe(0);
    const nothing = await overseer(scene, ['resume', ...scene.server, ...team]);
    expect([nothing.code, nothing.out]).toEqual([
      0,
      'There is nothing to resume: every run of this journal is finished.\n',
    ]);
    const json = await overseer(scene, ['resume', ...scene.server, ...team, '--json']);
    expect([json.code, json.out, json.err]).toEqual([0, '', nothing.out]);
    const unknown = await overseer(scene, ['resume', 'r1', ...scene.server, ...team]);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringMatching(/^There is no unfinished run r1 in .* \[run\.unknown\]\n$/),
    ]);
  });
});

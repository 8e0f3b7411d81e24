import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createOverseer, type Overseer } from '@overseer/core';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene, smallScenario, start } from '../scene.fixture.ts';

describe('overseer status and events', { tags: ['slow'], timeout: 60_000 }, () => {
  it('A6: status shows every run, and one run task by task, for people and for programs', async () => {
    await using scene = await createScene(smallScenario());
    for (const goal of ['First?', 'Second?']) {
      const { code } = await overseer(scene, ['run', ...scene.server, '--model', 'boss', goal]);
      expect(code).toBe(0);
    }
    const { out } = await overseer(scene, ['status']);
    expect(out).toMatch(/First\? +completed +4\/4 .*\n.*Second\? +completed +4\/4 /);
    const id = /^(\w{20,}) +Second/m.exec(out)?.[1] ?? '';
    const one = await overseer(scene, ['status', id]);
    expect(one.out).toMatch(/^Second\?: completed\n/);
    expect(one.out).toMatch(/Write answer +done +boss +1 +review ✓/);
    const json = await overseer(scene, ['status', id, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ run: id, status: 'completed', failedCalls: 0 });
    const unknown = await overseer(scene, ['status', 'r1']);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringMatching(/^There is no run r1 in .* \[run\.unknown\]\n$/),
    ]);
  });

  it('A6 K9: status and events know every project of a journal', async () => {
    await using scene = await createScene(smallScenario());
    const path = join(scene.folder, 'several.db');
    const runs: string[] = [];
    for (const name of ['shop', 'site']) {
      await using other = await createOverseer({
        overseer: 'm',
        models: { m: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
        store: sqlite(path),
        project: name,
      });
      const run = other.run({ title: `Work on ${name}`, tasks: [{ instruction: 'x' }] });
      await run.result;
      runs.push(run.id);
    }
    const at = ['--journal', path];
    const all = await overseer(scene, ['status', ...at]);
    expect(all.out).toMatch(/^Project shop\n.*Work on shop.*\n\nProject site\n.*Work on site/s);
    const one = await overseer(scene, ['status', runs[1] ?? '', ...at, '--json']);
    expect(JSON.parse(one.out)).toMatchObject({ run: runs[1], project: 'site' });
    const shop = await overseer(scene, ['status', ...at, '--project', 'shop']);
    expect(shop.out).not.toContain('site');
    const wrong = await overseer(scene, ['status', ...at, '--project', 'shopp']);
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringMatching(/"shopp".*shop.*\[config\.project\]/),
    ]);
    const unsaid = await overseer(scene, ['events', ...at]);
    expect([unsaid.code, unsaid.err]).toEqual([
      2,
      expect.stringContaining('has the projects shop, site: say with --project which is meant'),
    ]);
    const events = await overseer(scene, ['events', ...at, '--project', 'site', '--json']);
    expect(events.out.split('\n')[0]).toContain('project/site');
    expect((await overseer(scene, ['events', runs[0] ?? '', ...at])).out).toContain('run.started');
  });

  it('A6 K7: status of one run knows that the project is paused', async () => {
    await using scene = await createScene(smallScenario());
    await using paused = await project(scene);
    await paused.pause();
    const tasks = ['one', 'two'].map((key) => ({ key, instruction: 'x' }));
    const run = paused.run({ tasks }).id;
    await paused.progress();
    const { out } = await overseer(scene, ['status', run]);
    expect(out).toContain('2 paused');
    expect(out).toContain('holds up: 2 tasks are paused');
    for (const args of [
      ['status', run, '--json'],
      ['status', '--json'],
    ]) {
      const { progress } = JSON.parse((await overseer(scene, args)).out);
      expect(progress).toMatchObject({
        run,
        counts: { paused: 2 },
        bottlenecks: [{ kind: 'pause', run, text: '2 tasks are paused' }],
      });
    }
  });

  it('A6 K7: a list tells the progress of the latest hundred that are over, and each of them says it when asked for', async () => {
    await using scene = await createScene(smallScenario());
    await using finished = await project(scene);
    const ids: string[] = [];
    for (let n = 0; n < 101; n++) {
      const run = finished.run({ tasks: [{ instruction: 'x' }] });
      await run.result;
      ids.push(run.id);
    }
    const { out } = await overseer(scene, ['status', '--json']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ run }) => run)).toEqual(ids);
    expect(lines.map(({ progress }) => progress?.bottlenecks)).toEqual([
      undefined,
      ...ids.slice(1).map(() => []),
    ]);
    const oldest = JSON.parse((await overseer(scene, ['status', ids[0] ?? '', '--json'])).out);
    expect(oldest.progress).toMatchObject({ run: ids[0], share: 1, bottlenecks: [] });
  });

  it('A6 D1: events --follow tells of a run beside it, event by event, until Ctrl-C', async () => {
    await using scene = await createScene(smallScenario(500), { 'README.md': '# It\n' });
    const running = start(scene, ['run', ...scene.server, '--model', 'boss', 'Write notes']);
    await running.until(/started/);
    const follower = start(scene, ['events', '--follow', '--json']);
    const { code } = await running.ended;
    expect(code).toBe(0);
    await follower.until(/run\.finished/);
    follower.kill('SIGINT');
    const { code: ended, out } = await follower.ended;
    expect(ended).toBe(0);
    const seqs = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, at) => at + 1));
  });

  it('A6: events tells them in a line each, from any place on, and of one run', async () => {
    await using scene = await createScene(smallScenario());
    await overseer(scene, ['run', ...scene.server, '--model', 'boss', 'What?']);
    const { out } = await overseer(scene, ['events', '--after', '1']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^ {5}2 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}run\.started +started: What\?$/,
    );
    const id = JSON.parse((await overseer(scene, ['status', '--json'])).out).run;
    const ofRun = await overseer(scene, ['events', id, '--json']);
    for (const line of ofRun.out.trim().split('\n')) expect(JSON.parse(line).run).toBe(id);
  });

  it('A6 X5: a reader who leaves does not break the command', async () => {
    await using scene = await createScene(smallScenario());
    await overseer(scene, ['run', ...scene.server, '--model', 'boss', 'What?']);
    const follower = start(scene, ['events', '--follow']);
    await follower.until(/lease/);
    follower.hangUp();
    await overseer(scene, ['run', ...scene.server, '--model', 'boss', 'More?']);
    const { code, err } = await follower.ended;
    expect([code, err]).toEqual([0, '']);
    const viewer = start(scene, ['run', ...scene.server, '--model', 'boss', '--plain', 'Again?']);
    viewer.hangUp();
    expect(await viewer.ended).toMatchObject({ code: 0, err: '' });
    expect((await overseer(scene, ['status'])).out).toMatch(/Again\? +completed/);
  });
});

/** The project of a scene, opened here. */
async function project({ folder }: Scene): Promise<Overseer> {
  await mkdir(join(folder, '.overseer'));
  return await createOverseer({
    overseer: 'boss',
    models: { boss: { model: fakeModel({ reply: () => ({ text: 'x' }) }) } },
    store: sqlite(join(folder, '.overseer/journal.db')),
  });
}

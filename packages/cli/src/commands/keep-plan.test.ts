import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene, smallScenario, start } from '../scene.fixture.ts';

/** A team of one that thinks for a second about a plan; `asked` is told when it begins to. */
async function slowScene(asked = (): void => undefined): Promise<Scene> {
  const tell = (): false => {
    asked();
    return false;
  };
  return await createScene({
    models: [{ id: 'boss', firstTokenMs: 1_000 }],
    rules: [{ name: 'tell', when: tell, reply: {} }, ...(smallScenario().rules ?? [])],
  });
}

const team = ['--model', 'boss', '--price', 'boss=1/5'];

describe('a plan that was paid for', { tags: ['slow'], timeout: 60_000 }, () => {
  it('K1 R2: is saved and shown when Ctrl-C comes while it is made', async () => {
    await using scene = await slowScene();
    const flags = [...scene.server, ...team, '--save-plan', 'plan.json'];
    const running = start(scene, ['run', ...flags, 'What?']);
    await running.until(/plan goes to boss/);
    running.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Stopping: calls in flight may end.');
    expect(out).toMatch(/^answer +Write answer +write +facts +- +review$/m);
    expect(out).toContain('What working it will take is not reckoned here');
    expect(out).toContain('The plan is saved: work it with --tasks');
    const plan = JSON.parse(await readFile(join(scene.folder, 'plan.json'), 'utf8'));
    expect(plan.tasks).toHaveLength(3);
    const forecast = ['run', ...scene.server, ...team, '--tasks', 'plan.json', '--estimate'];
    expect((await overseer(scene, forecast)).out).toMatch(/^facts .* \$0\.\d+/m);
  });

  it('K1 R2: is one object for programs then, without figures', async () => {
    const asked = Promise.withResolvers<void>();
    await using scene = await slowScene(asked.resolve);
    const flags = ['--estimate', '--json', 'What?'];
    const running = start(scene, ['run', ...scene.server, ...team, ...flags]);
    await asked.promise;
    running.kill('SIGINT');
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      plan: expect.objectContaining({ title: 'What?' }),
      planning: expect.objectContaining({ goal: 'What?' }),
    });
    expect(err).toContain('What working it will take is not reckoned here');
  });

  it('K1 M18: is never paid for where it cannot be saved', async () => {
    await using scene = await createScene(smallScenario());
    await writeFile(join(scene.folder, 'file'), '');
    const flags = [...scene.server, ...team, '--save-plan', 'file/plan.json'];
    const { code, out, err } = await overseer(scene, ['run', ...flags, 'What?']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(
      /^No plan can be saved in .*file\/plan\.json: .* \[config\.plan-place\]\n$/,
    );
    expect(scene.service.counts()).toEqual({});
  });

  it('K1 R2 M18: is shown where saving it fails, and resume saves it from the journal', async () => {
    const asked = Promise.withResolvers<void>();
    await using scene = await slowScene(asked.resolve);
    const folder = join(scene.folder, 'plans');
    const flags = [...scene.server, ...team];
    const save = ['--save-plan', 'plans/plan.json'];
    const running = start(scene, ['run', ...flags, ...save, 'What?']);
    await asked.promise;
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    const { code, out, err } = await running.ended;
    expect(code).toBe(1);
    expect(out).toMatch(/^answer +Write answer +write +facts +- +review$/m);
    expect(out).not.toContain('The plan is saved');
    expect(err).toMatch(/^The plan could not be saved in .*: .* \[plan\.unsaved\]\n$/);
    const run = /`resume (\w+) --save-plan`/.exec(err)?.[1] ?? '';

    // Nobody is there to be asked.
    await scene.service.close();
    const newest = await overseer(scene, ['resume', ...flags, '--save-plan', 'newest.json']);
    expect([newest.code, newest.err]).toEqual([0, '']);
    expect(newest.out).toContain('Making the plan was real work');
    expect(newest.out).toContain('The plan is saved: work it with --tasks');
    const named = await overseer(scene, ['resume', run, '--json', '--save-plan', 'named.json']);
    expect(JSON.parse(named.out)).toMatchObject({ planning: { run, goal: 'What?' } });
    for (const name of ['newest.json', 'named.json']) {
      const plan = JSON.parse(await readFile(join(scene.folder, name), 'utf8'));
      expect(plan.tasks).toHaveLength(3);
    }
  });
});

import { readFile } from 'node:fs/promises';
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
    expect(out).toContain('What working it will take was not reckoned');
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
    expect(err).toContain('What working it will take was not reckoned');
  });
});

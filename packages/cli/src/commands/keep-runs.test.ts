import { join } from 'node:path';
import { newMasterKey } from '@overseer/storage/at-rest';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, smallScenario } from '../scene.fixture.ts';

describe('--keep-runs', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R5 A6: says how long a sealed journal keeps runs, which doctor tells', async () => {
    await using scene = await createScene(smallScenario());
    const place = ['--journal', join(scene.folder, 'sealed.db')];
    const env = { OVERSEER_KEYS: newMasterKey('first') };
    const run = (...more: readonly string[]) =>
      overseer(scene, ['run', ...scene.server, '--model', 'boss', ...place, ...more], env);
    const doctor = async () => (await overseer(scene, ['doctor', ...place], env)).out;

    const wrong = await run('--keep-runs', 'long', 'First?');
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringMatching(/90d or 12h, or forever.*\[config\.command-line\]/),
    });
    expect((await run('First?')).code).toBe(0);
    expect(await doctor()).toMatch(
      /^✓ retention: default: runs are erased 365 days .* by default/m,
    );
    expect((await run('--keep-runs', '90d', 'First?')).code).toBe(0);
    expect(await doctor()).toMatch(/^✓ retention: default: runs are erased 90 days .* host says/m);
    expect((await run('--keep-runs', 'forever', 'First?')).code).toBe(0);
    expect(await doctor()).toMatch(/^✓ retention: default: every run is kept for ever/m);
  });

  it('R5 A6: in the clear nothing can be erased, and asking for it is refused', async () => {
    await using scene = await createScene(smallScenario());
    const args = ['run', ...scene.server, '--model', 'boss', '--journal', 'j.db'];
    const asked = await overseer(scene, [...args, '--keep-runs', '90d', 'First?']);
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('[config.retention]') });
    expect((await overseer(scene, [...args, '--keep-runs', 'forever', 'First?'])).code).toBe(0);
  });
});

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, FEATURE, overseer, smallScenario, start } from '../scene.fixture.ts';

const team = ['--model', 'boss', '--model', 'worker'];
const prices = ['--price', 'boss=1/5', '--price', 'worker=1/5'];

describe('an estimate of a document', { tags: ['slow'], timeout: 60_000 }, () => {
  it('L6 A6: is made beside a run, and leaves it alone', async () => {
    await using scene = await createScene(smallScenario(1_500), FEATURE);
    const run = ['run', ...scene.server, ...team];
    const running = start(scene, run);
    await running.until(/T001 goes to/);
    const estimate = await overseer(scene, [...run, ...prices, '--estimate']);
    expect([estimate.code, estimate.err]).toEqual([0, '']);
    expect(estimate.out).toMatch(/^T001 .* \$0\.\d+ \(\$0\.\d+ to \$\d\.\d+\)$/m);
    const { code, out } = await running.ended;
    expect(code, out).toBe(0);
    expect(out).toContain('3 of 3 tasks verified');
  });

  it('L6 A6: writes nothing: no journal where there is none, and no event where there is one', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const estimate = ['run', ...scene.server, ...team, '--estimate'];
    expect((await overseer(scene, estimate)).code).toBe(0);
    expect(existsSync(join(scene.folder, '.overseer'))).toBe(false);

    await writeFile(join(scene.folder, 'draft.txt'), 'not committed yet');
    const dirty = await overseer(scene, estimate);
    expect([dirty.code, dirty.err]).toEqual([0, '']);
    await rm(join(scene.folder, 'draft.txt'));

    expect((await overseer(scene, ['run', ...scene.server, ...team, 'Write notes'])).code).toBe(0);
    const before = await overseer(scene, ['events', '--json']);
    const learned = await overseer(scene, estimate);
    expect([learned.code, learned.err]).toEqual([0, '']);
    expect((await overseer(scene, ['events', '--json'])).out).toBe(before.out);
  });
});

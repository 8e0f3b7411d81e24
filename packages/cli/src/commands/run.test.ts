import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, FEATURE, git, overseer, smallScenario } from '../scene.fixture.ts';

const team = ['--model', 'boss', '--model', 'worker'];

describe('overseer run', { tags: ['slow'], timeout: 60_000 }, () => {
  it('K1 A6: answers a goal in words where there is no repository, with one model alone', async () => {
    await using scene = await createScene(smallScenario());
    const { code, out, err } = await overseer(scene, [
      'run',
      ...scene.server,
      '--model',
      'boss',
      'What',
      'is it?',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/\d\d:\d\d:\d\d {2}started: What is it\?/);
    expect(out).toContain('3 tasks planned: Write facts, Write answer, Verify the whole');
    expect(out).toContain('\nThe answer is 42.\n');
    expect(out).toMatch(/facts +boss +1 +verified: review ✓/);
    expect(out).toMatch(/Verify the whole +- +1 +verified: goal ✓/);
    expect(out).toMatch(/completed: 4 of 4 tasks verified/);
    expect(existsSync(join(scene.folder, '.overseer', 'journal.db'))).toBe(true);
  });

  it('K1 V1 G1: works a goal in words on a repository: files written and checked, reviewed, committed', async () => {
    await using scene = await createScene(smallScenario(), { 'README.md': '# It\n' });
    const check = ['--check', "node --eval \"require('fs').readFileSync('NOTES.md')\""];
    const { code, out } = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      ...check,
      'Write notes',
    ]);
    expect(code, out).toBe(0);
    expect(out).toMatch(/Write notes +worker +1 +verified: files ✓ command ✓ review ✓/);
    expect(out).toMatch(/Verify the whole +- +1 +verified: command ✓/);
    expect(await readFile(join(scene.folder, 'NOTES.md'), 'utf8')).toBe('By notes.\n');
    expect(
      await git(scene, 'log', '-1', '--format=%s|%an|%(trailers:key=Overseer-Task,valueonly)'),
    ).toBe('Write notes|Ada|notes\n\n');
    expect(await git(scene, 'status', '--porcelain')).toBe('');
  });

  it('L6 A6: says what the tasks of a document will cost, calls nobody and changes nothing', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const flags = [
      '--estimate',
      '--price',
      'boss=1/5',
      '--price',
      'worker=1/5',
      '--budget',
      '0.001',
    ];
    const { code, out, err } = await overseer(scene, ['run', ...scene.server, ...team, ...flags]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/T001 .* worker +\d+ \(\d+ to \d+\) .* \$0\.\d+ \(\$0\.\d+ to \$\d\.\d+\)/);
    expect(out).toMatch(/^in all +\d+ \(/m);
    expect(out).toContain('The run has $0.0010 left: that is too little.');
    expect(scene.service.counts()).toEqual({});
    expect(await git(scene, 'status', '--porcelain')).toBe('');
    const json = await overseer(scene, ['run', ...scene.server, ...team, '--estimate', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ fits: 'yes', total: { calls: { low: 5 } } });
  });

  it('A1 V1 G1 R4: works a Spec Kit feature: files, ticked boxes, a commit a task, state hidden from git', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const check = ['--check', 'node --version'];
    const { code, out } = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      ...check,
      '--plain',
    ]);
    expect(code, out).toBe(0);
    expect(out).toContain('4 of 4 tasks verified');
    for (const key of ['T001', 'T002', 'T003']) {
      expect(await readFile(join(scene.folder, `out/${key}.txt`), 'utf8')).toBe(`By ${key}.\n`);
    }
    const tasks = await readFile(join(scene.folder, 'specs/001-small/tasks.md'), 'utf8');
    expect(tasks).toBe(FEATURE['specs/001-small/tasks.md']?.replaceAll('[ ]', '[x]'));
    const log = await git(
      scene,
      'log',
      '--format=%(trailers:key=Overseer-Task,valueonly,separator=%x2c)',
    );
    expect(log.trim().split('\n').filter(Boolean).sort()).toEqual(['T001', 'T002', 'T003']);
    expect(await git(scene, 'status', '--porcelain')).toBe('');
    const exclude = await readFile(join(scene.folder, '.git/info/exclude'), 'utf8');
    expect(exclude).toContain('.overseer/');
    const again = await overseer(scene, ['run', ...scene.server, ...team]);
    expect([again.code, again.out]).toEqual([
      0,
      'There is nothing to do: every task of specs/001-small/tasks.md is done.\n',
    ]);
    const json = await overseer(scene, ['run', ...scene.server, ...team, '--json']);
    expect([json.code, json.out, json.err]).toEqual([0, '', again.out]);
  });

  it('A6: --json prints journal events on the standard output, and words for people elsewhere', async () => {
    await using scene = await createScene(smallScenario());
    const { code, out, err } = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      '--json',
      'What?',
    ]);
    expect(code, err).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'run.started', data: { goal: 'What?' } });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', data: { status: 'completed' } });
    expect(err).toContain('The answer is 42.');
  });

  it('L7 M9: counts exactly what the server counted', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const { code } = await overseer(scene, ['run', ...scene.server, ...team]);
    const status = await overseer(scene, ['status', '--json']);
    const counts = Object.values(scene.service.counts());
    const sum = (name: 'completed' | 'inputTokens' | 'outputTokens'): number =>
      counts.reduce((total, one) => total + one[name], 0);
    expect(code).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({
      calls: sum('completed'),
      inputTokens: sum('inputTokens'),
      outputTokens: sum('outputTokens'),
    });
  });

  it('L7: stops before a budget is exceeded, and says that it was the budget', async () => {
    await using scene = await createScene(smallScenario());
    const price = ['--price', 'boss=1000/1000', '--budget', '0.01'];
    const { code, out } = await overseer(scene, [
      'run',
      ...scene.server,
      '--model',
      'boss',
      ...price,
      'What?',
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/stopped: 0 of 1 task verified; .*budget/);
    expect(Object.values(scene.service.counts())).toEqual([]);
  });

  it('V1 V2: a task whose checks never pass fails, with the reason, and exit code 1', async () => {
    await using scene = await createScene(smallScenario(), { 'README.md': '# It\n' });
    const check = ['--check', 'node --eval "process.exit(7)"'];
    const { code, out } = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      ...check,
      'Write notes',
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/notes failed: 3 attempts did not succeed; the last: .*exited with 7/);
    expect(await git(scene, 'log', '--format=%s')).not.toContain('notes');
    expect(await git(scene, 'status', '--porcelain')).toBe('');
  });
});

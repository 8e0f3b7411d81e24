import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScene, overseer, type Scene, smallScenario, start } from '../scene.fixture.ts';

const team = [
  '--model',
  'boss',
  '--model',
  'worker',
  '--price',
  'boss=1/5',
  '--price',
  'worker=1/5',
];

describe('a plan before the work', { tags: ['slow'], timeout: 60_000 }, () => {
  it('K1 L6 A6: --estimate plans a goal, says what the work will take, and what planning took', async () => {
    await using scene = await createScene(smallScenario());
    const { code, out, err } = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      '--budget',
      '0.10',
      '--estimate',
      'What is it?',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('plan goes to boss');
    expect(out).toMatch(/^answer +Write answer +write +facts +- +review$/m);
    expect(out).toMatch(/^verify-all +Verify the whole +check +answer +- +goal$/m);
    expect(out).toMatch(/^facts .* \$0\.\d+ \(\$0\.\d+ to \$0\.\d+\)$/m);
    expect(out).toMatch(/^The run has \$0\.10 left: that (is|may not be) /m);
    expect(out).toMatch(
      /^Making the plan was real work and is not in these figures: 1 call, [\d,]+ tokens in and [\d,]+ out, \$0\.\d+\.$/m,
    );
    expect(calls(scene)).toBe(1);
    const json = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      '--estimate',
      '--json',
      'What is it?',
    ]);
    expect(JSON.parse(json.out)).toMatchObject({
      total: { calls: { low: 3 } },
      plan: {
        title: 'What is it?',
        tasks: [{ key: 'facts' }, { key: 'answer' }, { key: 'verify-all' }],
      },
      planning: { goal: 'What is it?', usage: { calls: 1 }, cost: expect.any(Number) },
    });
    const status = await overseer(scene, ['status']);
    expect(status.out).toMatch(/Plan: What is it\?.*completed/);
    const resume = await overseer(scene, ['resume', ...scene.server, ...team]);
    expect(resume.out).toContain('nothing to resume');
  });

  it('K1 G1 A6: --save-plan saves it, a person changes it, and --tasks works what it says then', async () => {
    await using scene = await createScene(smallScenario(), { 'README.md': '# It\n' });
    const file = '.overseer/plan.json';
    const check = ['--check', 'node --version'];
    const save = [...scene.server, ...team, ...check, '--save-plan', file, 'Write notes'];
    const saved = await overseer(scene, ['run', ...save]);
    expect([saved.code, saved.err]).toEqual([0, '']);
    expect(saved.out).toMatch(/The plan is saved: work it with --tasks .*plan\.json/);
    expect(saved.out).not.toContain('git sees that file');
    const path = join(scene.folder, file);
    const plan = JSON.parse(await readFile(path, 'utf8'));
    expect(plan).toMatchObject({
      title: 'Write notes',
      tasks: [
        {
          key: 'notes',
          files: ['NOTES.md'],
          checks: [{ kind: 'files' }, { kind: 'command' }, { kind: 'review' }],
        },
        { key: 'verify-all', kind: 'check' },
      ],
    });
    const again = await overseer(scene, ['run', ...save]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is not overwritten')]);
    expect(calls(scene)).toBe(1);

    plan.tasks[0].title = 'Write good notes';
    await writeFile(path, JSON.stringify(plan));
    const forecast = await overseer(scene, [
      'run',
      ...scene.server,
      ...team,
      '--tasks',
      file,
      '--estimate',
    ]);
    expect(forecast.out).toContain('Write good notes');
    expect(calls(scene)).toBe(1);
    const run = await overseer(scene, ['run', ...scene.server, ...team, '--tasks', file]);
    expect(run.code, run.out + run.err).toBe(0);
    expect(run.out).toMatch(/Write good notes +worker +1 +verified: files ✓ command ✓ review ✓/);
    expect(await readFile(join(scene.folder, 'NOTES.md'), 'utf8')).toBe('By notes.\n');
  });

  it('K1 G1: says where git sees a saved plan, and not where it is ignored', async () => {
    await using scene = await createScene(smallScenario(), { '.gitignore': 'scratch/\n' });
    const outside = `${scene.folder}.json`;
    for (const [file, isSeen] of [
      ['scratch/plan.json', false],
      [outside, false],
      ['docs/plan.json', true],
    ] as const) {
      const flags = [...scene.server, ...team, '--save-plan', file];
      const { code, out } = await overseer(scene, ['run', ...flags, 'Write notes']);
      expect(code, out).toBe(0);
      expect(out.includes('git sees that file as an uncommitted change'), file).toBe(isSeen);
    }
    await rm(outside);
  });

  it('K1 R2: planning that was stopped goes on, and its plan is saved then', async () => {
    await using scene = await createScene({
      models: [{ id: 'boss' }],
      rules: [
        { name: 'slow', times: 1, reply: () => ({ text: 'x', firstTokenMs: 60_000 }) },
        ...(smallScenario().rules ?? []),
      ],
    });
    const flags = [...scene.server, '--model', 'boss', '--save-plan', 'plan.json'];
    const stopped = start(scene, ['run', ...flags, 'What?']);
    await stopped.until(/plan goes to boss/);
    stopped.kill('SIGINT');
    const { code, out } = await stopped.ended;
    expect(code).toBe(130);
    expect(out).toMatch(/Go on with: .*overseer resume --save-plan plan\.json/);
    const resumed = await overseer(scene, ['resume', ...flags]);
    expect(resumed.code, resumed.out + resumed.err).toBe(0);
    expect(resumed.out).toContain('Making the plan was real work');
    const plan = JSON.parse(await readFile(join(scene.folder, 'plan.json'), 'utf8'));
    expect(plan.tasks).toHaveLength(3);
  });

  it('K1 M18: says what is wrong with flags and files, and calls nobody for it', async () => {
    await using scene = await createScene(smallScenario());
    await writeFile(
      join(scene.folder, 'bad.json'),
      '{"tasks": [{"instruction": "x", "dependsOn": []}]}',
    );
    await writeFile(join(scene.folder, 'empty.json'), '{"tasks": []}');
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--save-plan', 'plan.txt', 'What?'], 'ends in .json'],
      [['--save-plan', 'plan.json', '--tasks', 'bad.json'], 'in place of tasks that are known'],
      [['--tasks', 'bad.json'], 'plan.form'],
      [['--tasks', 'empty.json'], 'plan.empty'],
      [['--tasks', 'none.json'], 'config.no-plan'],
      [['--tasks', 'bad.json', '--tsc'], 'has the checks of its tasks in it'],
    ];
    for (const [flags, said] of cases) {
      const { code, err } = await overseer(scene, ['run', ...scene.server, ...team, ...flags]);
      expect([code, err], flags.join(' ')).toEqual([2, expect.stringContaining(said)]);
    }
    expect(calls(scene)).toBe(0);
  });
});

function calls({ service }: Scene): number {
  return Object.values(service.counts()).reduce((sum, { completed }) => sum + completed, 0);
}

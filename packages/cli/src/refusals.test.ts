import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createScene,
  FEATURE,
  git,
  overseer,
  type Scene,
  smallScenario,
  writeFiles,
} from './scene.fixture.ts';

let empty: Scene;

beforeAll(async () => {
  empty = await createScene(smallScenario());
});
afterAll(() => empty[Symbol.asyncDispose]());

/** One sentence, its code, and nothing on the standard output. */
async function expectRefusal(
  scene: Pick<Scene, 'folder'>,
  args: readonly string[],
  refusal: { readonly code: string; readonly says: RegExp; readonly exit?: number },
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, out, err } = await overseer(scene, args, env);
  expect(err).toMatch(refusal.says);
  expect(err.trimEnd().endsWith(` [${refusal.code}]`), err).toBe(true);
  expect(err).not.toMatch(/\n {4}at /);
  expect([code, out]).toEqual([refusal.exit ?? 2, '']);
}

describe('what the command refuses', { tags: ['slow'], timeout: 60_000 }, () => {
  it.each<readonly [string, readonly string[], string, RegExp]>([
    [
      'an unknown option',
      ['run', '--modle', 'x'],
      'config.command-line',
      /^Unknown option '--modle': did you mean --model\? /,
    ],
    [
      'an unknown command',
      ['rnu'],
      'config.command-line',
      /^Unknown command 'rnu': did you mean run\? /,
    ],
    ['too many words', ['status', 'a', 'b'], 'config.command-line', /^Too many arguments/],
    [
      'an option without its value',
      ['run', '--model'],
      'config.command-line',
      /^Option '--model <name>' argument missing\. /,
    ],
    [
      'an unknown provider',
      ['run', '--model', 'antropic:x', 'y'],
      'config.unknown-provider',
      /did you mean "anthropic"\?/,
    ],
    [
      'a missing key',
      ['run', '--model', 'claude-x', 'y'],
      'config.missing-key',
      /set the environment variable ANTHROPIC_API_KEY/,
    ],
    [
      'a budget of nothing',
      ['run', '--budget', '0', 'y'],
      'config.budget',
      /^--budget takes an amount of dollars above 0/,
    ],
    [
      'a budget without a price',
      ['run', '--budget', '1', '--model', 'gpt-9', 'y'],
      'config.budget',
      /what gpt-9 costs is not known: say --price/,
    ],
    [
      'a base URL that is none',
      ['run', '--base-url', 'localhost', 'y'],
      'config.base-url',
      /no http or https URL/,
    ],
    ['nothing to do', ['run'], 'config.no-target', /^Say what to do/],
    [
      'two things to do',
      ['run', '--tasks', 'specs', 'y'],
      'config.command-line',
      /^Say either a goal/,
    ],
    [
      'tasks without a repository',
      ['run', '--tasks', 'tasks.md'],
      'config.no-repository',
      /say --repo PATH/,
    ],
    [
      'checks of files without a repository',
      ['run', '--tsc', 'y'],
      'config.no-repository',
      /say --repo PATH/,
    ],
    [
      'a folder that is not there',
      ['run', '--repo', 'nowhere', 'y'],
      'config.no-repository',
      /^There is no folder .*nowhere/,
    ],
    ['a journal that is not there', ['status'], 'config.no-journal', /^There is no journal at /],
    [
      'a place that is no number',
      ['events', '--after', 'x'],
      'config.command-line',
      /^--after takes a whole number/,
    ],
  ])(
    'X5 M18 A6: %s, in one sentence with its code, touching nothing',
    async (_, args, code, says) => {
      await expectRefusal(empty, args, { code, says }, { OPENAI_API_KEY: 'k' });
      expect(await readdir(empty.folder)).toEqual([]);
    },
  );

  it('X5 L1: a mistyped limit, at its column', async () => {
    const args = ['run', ...empty.server, '--model', 'boss', '--limit', '5 cals / 5h', 'y'];
    const says = /wrong at column 3: .*did you mean "calls"\?\n {2}5 cals \/ 5h\n {4}\^ /;
    await expectRefusal(empty, args, { code: 'config.limit', says });
    expect(await readdir(empty.folder)).toEqual([]);
  });

  it.each(['not a server', 'a name that nobody has'])(
    'X5 M18: %s that cannot be reached, by its address and soon',
    async (what) => {
      const url = what === 'not a server' ? 'http://127.0.0.1:9/v1' : 'http://nobody.invalid/v1';
      const startedAt = performance.now();
      const says = new RegExp(
        `^${url} cannot be reached for openai-compatible/m \\(.*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN).*\\); check that the server runs`,
      );
      await expectRefusal(empty, ['run', '--base-url', url, '--model', 'm', 'y'], {
        code: 'model.network',
        says,
        exit: 1,
      });
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect(await readdir(empty.folder)).toEqual([]);
    },
  );

  it('X5: a server that accepts and never answers, within seconds', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const says = new RegExp(`^http://127\\.0\\.0\\.1:${port}/v1 did not answer within 10 s`);
    const args = ['run', '--base-url', `http://127.0.0.1:${port}/v1`, '--model', 'm', 'y'];
    await expectRefusal(empty, args, { code: 'model.timeout', says, exit: 1 });
    mute.close();
  });

  it('M4 X5 M18: a model that the server does not have, with those that it has, before anything is begun', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    await expectRefusal(scene, ['run', ...scene.server, '--model', 'boss', '--model', 'wroker'], {
      code: 'model.not-found',
      says: /^The server has no model "wroker"; did you mean "worker"\? it has boss, worker\. /,
    });
    expect(scene.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    expect((await readdir(scene.folder)).sort()).toEqual(['.git', 'README.md', 'specs']);
  });

  it('X5 M18: a name that was sent as it is and that the server refuses, and no call is made again', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const { code, err } = await overseer(scene, ['run', ...scene.server, '--model', 'server:bos']);
    expect([code, err]).toEqual([
      2,
      'The server has no model "bos"; did you mean "boss"? it has boss, worker. [model.not-found]\n',
    ]);
    const asked = scene.service.requests.filter(({ path }) => path.endsWith('/chat/completions'));
    // The two tasks that start at once may both have asked.
    expect(asked.length).toBeLessThanOrEqual(2);
    const again = await overseer(scene, ['run', ...scene.server, '--model', 'boss']);
    expect(again.code, again.out).toBe(0);
  });

  it('X5 M18: a wrong key', async () => {
    await using scene = await createScene({
      models: [{ id: 'm', down: { status: 401 } }],
      rules: [],
    });
    const { code, err } = await overseer(scene, ['run', ...scene.server, '--model', 'm', 'y']);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/check the API key\. \[model\.auth\]\n$/),
    ]);
  });

  it.each<readonly [string, string, string, RegExp]>([
    [
      'without tasks',
      '# Tasks: none\n\nNothing here.\n',
      'source.no-tasks',
      /^tasks\.md: There are no tasks/,
    ],
    [
      'in a circle',
      '- [ ] T001 Write a (depends on T002)\n- [ ] T002 Write b (depends on T001)\n',
      'source.cycle',
      /^tasks\.md:1: .*T001 → T002 → T001/,
    ],
  ])('X5 A1: a tasks.md %s', async (_, text, code, says) => {
    await using scene = await createScene(smallScenario(), { 'tasks.md': text });
    const args = ['run', ...scene.server, '--model', 'boss', '--tasks', 'tasks.md'];
    await expectRefusal(scene, args, { code, says });
    expect((await readdir(scene.folder)).sort()).toEqual(['.git', 'tasks.md']);
  });

  it('X5 G1: a tasks.md that is not there, or in another repository', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    const args = ['run', ...scene.server, '--model', 'boss', '--tasks'];
    await expectRefusal(scene, [...args, 'nowhere.md'], {
      code: 'source.missing',
      says: /^There is no .*nowhere\.md/,
    });
    await expectRefusal(scene, [...args, '../other/tasks.md'], {
      code: 'config.no-repository',
      says: /lies outside the repository/,
    });
  });

  it('G1 X5: a repository with uncommitted work, touching neither it nor the models', async () => {
    await using scene = await createScene(smallScenario(), FEATURE);
    await writeFiles(scene.folder, { 'README.md': '# Mine\n', 'new.txt': 'mine\n' });
    const before = await git(scene, 'status', '--porcelain');
    const says = /has uncommitted changes \(README\.md, new\.txt\); commit or stash them first/;
    await expectRefusal(scene, ['run', ...scene.server, '--model', 'boss'], {
      code: 'workspace.dirty',
      says,
    });
    expect(await git(scene, 'status', '--porcelain')).toBe(before);
    expect(await readFile(join(scene.folder, 'README.md'), 'utf8')).toBe('# Mine\n');
    expect(scene.service.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('G1 X5: a folder that is no repository', async () => {
    await using scene = await createScene(smallScenario());
    await mkdir(join(scene.folder, 'plain'));
    await writeFile(join(scene.folder, 'plain', 'a.txt'), 'a');
    const args = ['run', '--repo', 'plain', ...scene.server, '--model', 'boss', 'y'];
    await expectRefusal(scene, args, {
      code: 'workspace.missing',
      says: /is no git repository; run `git init`/,
    });
    expect(await readdir(join(scene.folder, 'plain'))).toEqual(['a.txt']);
  });

  it('A6: help is no error, and its absence of words is', async () => {
    const help = await overseer(empty, ['run', '--help']);
    expect([help.code, help.err]).toEqual([0, '']);
    expect(help.out).toContain('--base-url');
    const none = await overseer(empty, []);
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.err).toContain('Usage: overseer');
  });
});

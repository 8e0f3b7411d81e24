import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validatorConformance } from '@overseer/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { command } from './command.ts';
import { filesChanged } from './files-changed.ts';
import { checkScene, judge } from './scene.fixture.ts';
import { tsc } from './tsc.ts';

const MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const TSC = join(MODULES, 'typescript/bin/tsc');
const CONFIG = '{"compilerOptions":{"strict":true,"types":[]},"include":["*.ts"]}';
const GOOD = { 'tsconfig.json': CONFIG, 'a.ts': 'export const a: number = 1;\n' };
const BAD = {
  'tsconfig.json': CONFIG,
  'a.ts': 'export const a: number = "x";\n',
  'b.ts': '\n  b();\n',
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('tsc', () => {
  const right = (): ReturnType<typeof checkScene> => checkScene({ files: GOOD });
  const wrong = (): ReturnType<typeof checkScene> => checkScene({ files: BAD });
  const rules = validatorConformance({ validator: tsc({ bin: TSC }), right, wrong });
  it.each(rules)('$name', { timeout: 30_000 }, ({ check }) => check());

  it('V3: tells file, line, column and code, changed files first', {
    timeout: 30_000,
  }, async () => {
    const verdict = await judge(tsc({ bin: TSC }), { files: BAD, changed: ['b.ts'] });
    expect(verdict).toMatchObject({
      kind: 'fail',
      findings: [
        { file: 'b.ts', line: 2, column: 3, code: 'TS2304', message: expect.stringMatching(/'b'/) },
        { file: 'a.ts', line: 1, column: 14, code: 'TS2322' },
      ],
    });
  });

  it('V3: finds the compiler of the project above the workspace', { timeout: 30_000 }, async () => {
    const below = await mkdtemp(join(tmpdir(), 'overseer-above-'));
    await symlink(MODULES, join(below, 'node_modules'));
    expect(await judge(tsc(), { files: BAD, below })).toMatchObject({ kind: 'fail' });
    await rm(below, { recursive: true });
  });

  it('V3: an absent compiler is an announced skip, a required one a failure', async () => {
    expect(await judge(tsc(), { files: GOOD })).toMatchObject({
      kind: 'pass',
      skipped: expect.stringContaining('TypeScript'),
    });
    expect(await judge(tsc({ required: true }), { files: GOOD })).toMatchObject({ kind: 'fail' });
    expect(await judge(tsc({ bin: TSC }), {})).toMatchObject({
      kind: 'pass',
      skipped: expect.stringContaining('tsconfig.json'),
    });
  });

  it('V1: a compiler that crashes gives no verdict', async () => {
    const files = { ...GOOD, 'crash.js': 'process.exit(7)' };
    await using scene = await checkScene({ files });
    const broken = tsc({ bin: `${scene.ctx.workspace}/crash.js` });
    await expect(broken.validate(scene.answer, scene.ctx)).rejects.toThrow(/exit code 7/);
    const outside = judge(tsc({ bin: TSC }), { files: GOOD, value: '../tsconfig.json' });
    await expect(outside).rejects.toMatchObject({ code: 'check.project' });
  });
});

describe('command', () => {
  const right = (): ReturnType<typeof checkScene> => checkScene({ value: 'node -e 0' });
  const wrong = (): ReturnType<typeof checkScene> => checkScene({ value: ['node', '-e', 'x()'] });
  const rules = validatorConformance({ validator: command(), right, wrong });
  it.each(rules)('$name', ({ check }) => check());

  const TESTS = {
    'a.test.mjs': `import test, { describe, it } from 'node:test';
import assert from 'node:assert/strict';
test('adds', () => { assert.equal(1 + 1, 3); });
describe('group', () => { it('inner', () => { throw new Error('boom'); }); it('fine', () => {}); });
`,
    'b.test.mjs': `import './absent.mjs';\n`,
  };
  it.each(['spec', 'tap'])('V3: the failing tests of Node are findings (%s)', async (reporter) => {
    const value = `node --test --test-reporter=${reporter}`;
    const verdict = await judge(command(), { files: TESTS, value });
    expect(verdict).toMatchObject({
      kind: 'fail',
      findings: [
        {
          file: 'a.test.mjs',
          line: 3,
          column: 1,
          message: expect.stringMatching(/^adds: [\s\S]*2 !== 3/),
        },
        { file: 'a.test.mjs', line: 4, message: expect.stringMatching(/^inner: .*boom/) },
        { file: 'b.test.mjs', message: expect.stringMatching(/Cannot find module/) },
      ],
      evidence: expect.stringContaining('exited with 1'),
    });
  });

  it('X5: no key of this process reaches the command, only what is named', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-secret');
    vi.stubEnv('WANTED', 'yes');
    const value = ['node', '-e', 'console.log(JSON.stringify(process.env)); process.exit(1)'];
    const verdict = await judge(command({ env: ['WANTED'] }), { value });
    const evidence = verdict.evidence ?? '';
    expect(evidence).not.toContain('sk-secret');
    expect(evidence).toContain('"WANTED":"yes"');
    expect(evidence).toContain('"CI":"true"');
  });

  it('V3: a command without end is stopped, with everything it started', async () => {
    const value = ['node', '-e', 'console.log("begun"); setInterval(() => {}, 1000)'];
    const verdict = await judge(command({ timeoutMs: 400 }), { value });
    expect(verdict).toMatchObject({
      kind: 'fail',
      findings: [
        { message: expect.stringContaining('0.4 s and was stopped') },
        { message: 'begun' },
      ],
    });
  });

  it('V3: an absent program is a failure, or a skip where it may be absent', async () => {
    const value = 'no-such-program --x';
    expect(await judge(command(), { value })).toMatchObject({ kind: 'fail' });
    const skipped = await judge(command({ required: false }), { value });
    expect(skipped).toMatchObject({ kind: 'pass', skipped: expect.stringContaining('no-such') });
  });

  it('V3: shell operators and empty commands give no verdict but a sentence', async () => {
    const shell = judge(command(), { value: 'a && b' });
    await expect(shell).rejects.toMatchObject({ code: 'check.command' });
    await expect(judge(command(), {})).rejects.toThrow(/was told nothing/);
    expect(await judge(command({ command: 'node -e 0' }))).toMatchObject({ kind: 'pass' });
  });
});

describe('filesChanged', () => {
  const files = { 'src/a.ts': '' };
  const declared = ['src/a.ts'];
  const right = (): ReturnType<typeof checkScene> =>
    checkScene({ files, declared, changed: ['src/a.ts'] });
  const wrong = (): ReturnType<typeof checkScene> => checkScene({ declared });
  const rules = validatorConformance({ validator: filesChanged(), right, wrong });
  it.each(rules)('$name', ({ check }) => check());

  it('V1: names what is absent and what did not change', async () => {
    const verdict = await judge(filesChanged(), { files, declared: ['src/a.ts', 'b.ts'] });
    expect(verdict).toMatchObject({
      findings: [{ file: 'b.ts' }, { message: expect.stringContaining('none of src/a.ts, b.ts') }],
    });
    const folder = { files, declared: ['src/'], changed: ['src/a.ts'] };
    expect(await judge(filesChanged(), folder)).toMatchObject({ kind: 'pass' });
    expect(await judge(filesChanged(), { changed: ['x'] })).toMatchObject({ kind: 'pass' });
    expect(await judge(filesChanged(), {})).toMatchObject({ kind: 'fail' });
    const value = judge(filesChanged(), { value: 7 });
    await expect(value).rejects.toMatchObject({ code: 'check.value' });
  });
});

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts } from './accounts.ts';
import { answerFor, readAnswer } from './answers.ts';
import { type KitTask, kit, kitTask, readKitTasks } from './kit-tasks.ts';

const tasks = readKitTasks();
const tsc = fileURLToPath(new URL('../../node_modules/typescript-native/bin/tsc', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-tools '));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the kit', () => {
  it('A1: has 16 tasks with ids in order, a file each and needs that come before', () => {
    expect(tasks.map(({ id }) => id)).toEqual(
      Array.from({ length: 16 }, (_, i) => `T${String(i + 1).padStart(3, '0')}`),
    );
    expect(new Set(tasks.map(({ file }) => file)).size).toBe(16);
    for (const { id, needs } of tasks) for (const need of needs) expect(need < id).toBe(true);
  });

  it('A1: says how each task but a plain document is verified', () => {
    const unverified = tasks.filter(({ verify }) => verify === undefined);
    expect(unverified.map(({ file }) => file)).toEqual(['CONTRIBUTING.md']);
  });

  it('V1: type checks before any task is worked', async () => {
    expect(await typeCheck(await copyOfKit('skeleton', []))).toEqual({ code: 0, output: '' });
  });

  it('M17: each task has an answer that writes its file and no other, and an account of it', () => {
    for (const { id, file } of tasks) {
      for (const isRepair of [false, true]) {
        const answer = answerFor(id, isRepair) ?? '';
        expect(readAnswer(answer).map(({ path }) => path)).toEqual([file]);
        expect(accounts[answer]).toBeTypeOf('string');
      }
    }
  });
});

describe.each(tasks)('$id', (task) => {
  it('V1: type checks, and fails its Verify command before the answer and passes it after', {
    timeout: 60_000,
  }, async () => {
    const copy = await copyOfKit(task.id, before(task));
    if (task.verify !== undefined) expect((await verify(copy, task)).code).not.toBe(0);
    await apply(copy, task.id);
    expect(await typeCheck(copy)).toEqual({ code: 0, output: '' });
    if (task.verify !== undefined) expect(await verify(copy, task)).toMatchObject({ code: 0 });
  });
});

describe('answers that are not accepted', () => {
  it('V2: there is one that fails its test and one that a reviewer refuses', () => {
    const firsts = tasks.map(({ id }) => answerFor(id, false) ?? '');
    expect(firsts.filter((name) => name.includes('.'))).toEqual(['T005.wrong', 'T014.refused']);
  });

  it('V2: the wrong one type checks and fails its test where the ellipsis counts', {
    timeout: 60_000,
  }, async () => {
    const task = kitTask('T005');
    const copy = await copyOfKit('T005.wrong', [...before(task), 'T005.wrong']);
    expect(await typeCheck(copy)).toEqual({ code: 0, output: '' });
    const { code, output } = await verify(copy, task);
    expect(code).not.toBe(0);
    expect(output).toContain('✖ the ellipsis counts towards the limit');
  });

  it('V2: the one to refuse type checks and passes its test', { timeout: 60_000 }, async () => {
    const task = kitTask('T014');
    const copy = await copyOfKit('T014.refused', [...before(task), 'T014.refused']);
    expect(await typeCheck(copy)).toEqual({ code: 0, output: '' });
    expect(await verify(copy, task)).toMatchObject({ code: 0 });
  });
});

describe('the whole job', () => {
  it('V1: ends with clean types and every test green', { timeout: 60_000 }, async () => {
    const copy = await copyOfKit(
      'whole',
      tasks.map(({ id }) => id),
    );
    expect(await typeCheck(copy)).toEqual({ code: 0, output: '' });
    const { code, output } = await run(process.execPath, ['--test'], copy);
    expect(code).toBe(0);
    expect(output).toMatch(/^ℹ fail 0$/m);
    expect(Number(/^ℹ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(150);
  });
});

/** What is done when a task starts: earlier phases, what it needs by its own words, and nothing of its own wave. */
function before(task: KitTask): readonly string[] {
  return tasks
    .filter(({ id, phase }) => phase < task.phase || task.needs.includes(id))
    .map(({ id }) => id);
}

async function copyOfKit(name: string, done: readonly string[]): Promise<string> {
  const copy = join(folder, name);
  await cp(fileURLToPath(kit), copy, { recursive: true });
  for (const answer of done) await apply(copy, answer);
  return copy;
}

async function apply(copy: string, answer: string): Promise<void> {
  for (const { path, content } of readAnswer(answer)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), content);
  }
}

async function verify(copy: string, { verify: command = '' }: KitTask): Promise<Ended> {
  const [program = '', ...parameters] = command.split(' ');
  expect(program).toBe('node');
  return await run(process.execPath, parameters, copy);
}

async function typeCheck(copy: string): Promise<Ended> {
  return await run(process.execPath, [tsc, '-p', copy], copy);
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

async function run(program: string, parameters: readonly string[], cwd: string): Promise<Ended> {
  // A test runner that is told of another one above it reports to that one in binary.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  return await new Promise((resolve) => {
    const child = execFile(program, parameters, { cwd, env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr });
    });
  });
}

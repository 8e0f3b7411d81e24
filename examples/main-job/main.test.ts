import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectJournal } from './inspect-journal.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');
const homes: string[] = [];

/** Where Node reads our packages: what was built of them for this run of the tests, or their sources. */
const packages = process.env['OVERSEER_TEST_CODE'] ?? '--conditions=@overseer/source';

afterAll(async () => {
  for (const home of homes) await rm(home, { recursive: true, force: true });
});

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'overseer main job '));
  homes.push(home);
  return home;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the job; where its output has such a text, it is interrupted, or something else is done. */
async function start(
  home: string,
  args: readonly string[],
  at?: RegExp,
  then?: (child: ChildProcess) => Promise<void>,
): Promise<Ended> {
  const child = spawn(process.execPath, [packages, main, ...args], {
    env: { ...process.env, OVERSEER_DEMO_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let done: Promise<void> | undefined;
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
    if (done !== undefined || at?.test(out) !== true) return;
    done = then?.(child) ?? Promise.resolve(void child.kill('SIGINT'));
    // Its failure is thrown at the end.
    done.catch(() => child.kill('SIGKILL'));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  await done;
  return { code, out, err };
}

/** A process that holds the lease of a journal, as a command that works on it does. */
async function holdJournal(path: string): Promise<ChildProcess> {
  const program = `
    import { currentHolder } from '@overseer/core/plugin';
    import { sqlite } from '@overseer/storage/sqlite';
    const store = await sqlite(process.argv[1])();
    const { kind } = await store.leases.acquire('journal', currentHolder('overseer'));
    console.log(kind);
    setInterval(() => undefined, 1_000);`;
  const child = spawn(
    process.execPath,
    [packages, '--input-type=module', '--eval', program, path],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('held\n');
  return child;
}

async function git(home: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', join(home, 'demo'), ...args]);
  return stdout;
}

describe('the main job', { tags: ['slow'], timeout: 120_000 }, () => {
  it('M17 K1 V1 V2 G1 A6: works the kit with simulated models and shows what it did', async () => {
    const home = await newHome();
    const { code, out } = await start(home, ['--plain']);
    expect(code, out).toBe(0);
    expect(out.split('\n')[0]).toContain('The models are simulated');
    expect(out).toMatch(/17 of 17 tasks verified/);
    expect(out).toMatch(/The mock service counted .*: the same as ours/);
    expect(out).toMatch(/gave T\d{3} to /);
    expect(out).toMatch(/T005: .*refused it/);
    expect(out).toMatch(/T014: review refused it/);
    expect(out).toMatch(/rate-limit/);
    const log = await git(home, 'log', '--format=%s%n%(trailers:key=Overseer-Task,valueonly)');
    for (let task = 1; task <= 16; task++)
      expect(log).toContain(`T${String(task).padStart(3, '0')}`);
    expect(await git(home, 'status', '--porcelain')).toBe('');
    const tasks = await readFile(join(home, 'demo/specs/001-text-tools/tasks.md'), 'utf8');
    expect(tasks).not.toContain('- [ ] T');
    await run(process.execPath, ['--test'], { cwd: join(home, 'demo') });
  });

  it('A1: ticks a box by changing one byte of tasks.md', async () => {
    const home = homes[0] ?? '';
    const last = (await git(home, 'log', '--format=%H', '--', 'specs')).split('\n')[0] ?? '';
    const change = await git(
      home,
      'show',
      '--format=',
      '--word-diff=porcelain',
      '--word-diff-regex=.',
      last,
      '--',
      'specs',
    );
    const changed = change.split('\n').filter((line) => /^[+-](?![+-])/.test(line));
    expect(changed).toEqual(['- ', '+x']);
  });

  it('R2 A6: --resume after everything is done says so, and makes no call', async () => {
    const home = homes[0] ?? '';
    const counts = await readFile(join(home, 'demo-counts.jsonl'), 'utf8');
    const { code, out } = await start(home, ['--resume', '--plain']);
    expect(code).toBe(0);
    expect(out).toContain('There is nothing to resume: every run of this journal is finished.');
    expect(await readFile(join(home, 'demo-counts.jsonl'), 'utf8')).toBe(counts);
    expect(await git(home, 'status', '--porcelain')).toBe('');
  });

  it('R1 R2: killed with -9 in the middle of calls it loses nothing and repeats nothing', async () => {
    const home = await newHome();
    const { code, out } = await start(home, ['--crash', '--plain']);
    expect(code, out).toBe(0);
    expect(out).toMatch(/Killed with -9 in the middle of [2-9] calls/);
    expect(out).toContain('After the kill: 0 lost, 0 repeated.');
    expect(out).toMatch(
      /The mock service counted .*: (the same as ours|\d+ more than ours, within)/,
    );
  });

  it('K6 R2: Ctrl-C stops cleanly, says how to go on, and --resume goes on', async () => {
    const home = await newHome();
    const stopped = await start(home, ['--plain'], /T002 is done/);
    expect(stopped.code, stopped.out + stopped.err).toBe(130);
    expect(stopped.out).toContain('Go on with: npm start -- --resume');
    const before = await inspectJournal(join(home, 'demo/.overseer/journal.db'));
    expect(before.openCalls).toBe(0);
    const resumed = await start(home, ['--resume', '--plain']);
    expect(resumed.code, resumed.out).toBe(0);
    const after = await inspectJournal(join(home, 'demo/.overseer/journal.db'));
    expect(after.repeated).toBe(0);
    expect(resumed.out).toMatch(/17 of 17 tasks verified/);
  });

  it('R6 R1 X5 A6: beside a job that prints JSON lines, neither a second one nor its resumption touches anything', async () => {
    const home = await newHome();
    const beside = async (...args: readonly string[]): Promise<void> => {
      const { code, err } = await start(home, args);
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(
          /^\S.*demo is busy: process \d+ has worked on it since .*\. Wait until it has ended, .* \[store\.busy\]\n$/,
        ),
      ]);
    };
    const { code, out, err } = await start(home, ['--json'], /"type":"task\.done"/, async () => {
      await beside('--plain');
      await beside('--resume', '--plain');
    });
    expect(code, err).toBe(0);
    const lines = out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    const done = events.filter(({ type }) => type === 'task.done').map(({ task }) => task);
    expect(done.filter((task) => /^T\d{3}$/.test(task))).toHaveLength(16);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', data: { status: 'completed' } });
  });

  it('R6 X5: a command that works on the demo keeps its journal, and one that was killed does not', async () => {
    const home = await newHome();
    const journal = join(home, 'demo/.overseer/journal.db');
    const holder = await holdJournal(journal);
    const refused = await start(home, ['--plain']);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining(`process ${holder.pid} has worked on it`),
    ]);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const crashed = await start(home, ['--plain', '--crash-after=1']);
    expect(crashed.err).not.toContain('store.busy');
    expect(crashed.out).toContain('started: ');
  });

  it.each([0, 150, 400, 800, 1_200])(
    'K6: Ctrl-C %i ms after the first sign of life ends it with a word and 130',
    async (wait) => {
      const home = await newHome();
      const stopped = await start(home, ['--plain'], /The models are simulated/, async (child) => {
        await sleep(wait);
        child.kill('SIGINT');
      });
      expect(stopped.code, stopped.out + stopped.err).toBe(130);
      expect(stopped.out + stopped.err).toMatch(
        /Stopped: nothing was begun\.|Go on with: npm start/,
      );
    },
  );

  it('K6: Ctrl-C while everything is still being loaded is answered', async () => {
    const interrupt = `process.once('newListener', () =>
      setImmediate(() => process.kill(process.pid, 'SIGINT')))`;
    const early = `--import=data:text/javascript,${encodeURIComponent(interrupt)}`;
    // Whoever only asks for help answers no signals of its own.
    const args = [packages, early, main, '--help'];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, OVERSEER_DEMO_HOME: await newHome() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(err).toBe('Stopped: nothing was begun.\n');
  });

  it('K6 R2: Ctrl-C while --crash starts its second half says how to go on, and compares nothing', async () => {
    const home = await newHome();
    const stopped = await start(home, ['--crash', '--plain'], /finished\. Resuming\./);
    expect(stopped.code, stopped.out + stopped.err).toBe(130);
    expect(stopped.out + stopped.err).toContain('Go on with: npm start -- --resume');
    expect(stopped.out).not.toContain('After the kill');
  });

  it('X5 A6: --resume without anything to resume, an unknown option and --help each say so', async () => {
    const home = await newHome();
    const nothing = await start(home, ['--resume']);
    expect(nothing).toMatchObject({ code: 2 });
    expect(nothing.err).toContain('config.nothing-to-resume');
    const unknown = await start(home, ['--resmue']);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toMatch(/did you mean "resume".*\[config\.command-line\]/);
    const help = await start(home, ['--help']);
    expect(help.code).toBe(0);
    for (const word of [
      '--base-url',
      '--model',
      'OPENAI_API_KEY',
      'OPENAI_API_BASE',
      'ANTHROPIC_API_KEY',
      'LM_STUDIO_MODEL',
      '127.0.0.1:1234',
    ]) {
      expect(help.out).toContain(word);
    }
  });
});

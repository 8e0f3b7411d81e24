import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { inspectJournal } from '../../examples/main-job/inspect-journal.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '..', '..', 'examples', 'main-job', 'main.ts');

/** How one job ended, after all its kills. */
export interface JobOutcome {
  readonly code: number | null;
  readonly kills: number;
  /** Events that were shown, so acknowledged, and are not in the journal. */
  readonly lost: number;
  readonly repeated: number;
  /** Every file of the last commit with its content's hash. */
  readonly tree: string;
  /** What git calls changed or untracked. */
  readonly dirt: string;
  /** From the start of a resumed process to its first new event. */
  readonly resumeMs: readonly number[];
  /** The end of what it said to people. */
  readonly said: string;
}

/** Works the main job in `home`, killing it after each of these lives (ms), and lets it end after the last. */
export async function workUnderKills(home: string, lives: readonly number[]): Promise<JobOutcome> {
  await mkdir(home, { recursive: true });
  const repository = join(home, 'demo');
  const shown = new Set<string>();
  const resumeMs: number[] = [];
  let kills = 0;
  let life = await live(home, [], lives[0], shown);
  for (let next = 1; life.killed; next++) {
    kills += 1;
    // A job that was killed before it had made its repository has nothing to resume.
    const args = shown.size > 0 ? ['--resume'] : [];
    life = await live(home, args, lives[next], shown);
    if (life.firstEventMs !== undefined && args.length > 0) resumeMs.push(life.firstEventMs);
  }
  const journal = await inspectJournal(join(repository, '.overseer', 'journal.db'));
  return {
    code: life.code,
    kills,
    lost: [...shown].filter((id) => !journal.events.has(id)).length,
    repeated: journal.repeated,
    tree: (await git(repository, 'ls-tree', '-r', 'HEAD')).trim(),
    dirt: (await git(repository, 'status', '--porcelain')).trim(),
    resumeMs,
    said: life.said,
  };
}

interface Life {
  readonly code: number | null;
  readonly killed: boolean;
  readonly firstEventMs: number | undefined;
  readonly said: string;
}

async function live(
  home: string,
  args: readonly string[],
  killAfterMs: number | undefined,
  shown: Set<string>,
): Promise<Life> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=@overseer/source', main, '--json', ...args],
    {
      env: { ...process.env, OVERSEER_DEMO_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  let firstEventMs: number | undefined;
  const before = shown.size;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const id = idOf(line);
    if (id !== undefined) shown.add(id);
    if (shown.size > before) firstEventMs ??= performance.now() - startedAt;
  });
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { code, killed: signal === 'SIGKILL', firstEventMs, said };
}

/** A line that was cut by the kill is no event that anybody was shown. */
function idOf(line: string): string | undefined {
  try {
    const { id } = JSON.parse(line);
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

async function git(repository: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', repository, ...args], { maxBuffer: 2 ** 24 });
  return stdout;
}

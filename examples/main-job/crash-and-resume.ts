import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, type ShowFlags } from '@overseer/cli';
import { inspectJournal, type JournalFacts } from './inspect-journal.ts';
import { findPlaces } from './places.ts';

/** Attempts that have begun to answer when the job kills itself. */
const CRASH_AFTER = 6;

/** Runs the main job, lets it kill itself with -9 in the middle of calls, resumes it, and compares. Returns the exit code. */
export async function crashAndResume(show: ShowFlags): Promise<number> {
  const flags = [...(show.json ? ['--json'] : []), ...(show.plain ? ['--plain'] : [])];
  const killed = await runJob([`--crash-after=${CRASH_AFTER}`, ...flags]);
  if (killed.signal !== 'SIGKILL') {
    process.stderr.write('The job ended before it could be killed.\n');
    return EXIT.failed;
  }
  const say = (line: string): void => {
    (show.json ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const journal = join(findPlaces().repository, '.overseer', 'journal.db');
  const before = await inspectJournal(journal);
  say('');
  say(
    `Killed with -9 in the middle of ${before.openCalls} calls, ${before.finishedCalls.size} finished. Resuming.`,
  );
  const resumed = await runJob(['--resume', ...flags]);
  const after = await inspectJournal(journal);
  const { lost, repeated } = compare(before, after);
  say(`After the kill: ${lost} lost, ${repeated} repeated.`);
  if (lost > 0 || repeated > 0) return EXIT.failed;
  return resumed.code ?? EXIT.failed;
}

/** What was on disk before and is not any more, and finished work that was done again. */
export function compare(
  before: JournalFacts,
  after: JournalFacts,
): { readonly lost: number; readonly repeated: number } {
  const lost = [...before.events].filter((id) => !after.events.has(id)).length;
  return { lost, repeated: after.repeated };
}

async function runJob(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; this process only waits for what it makes of it.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const [code, signal] = await once(child, 'exit');
  process.off('SIGINT', ignore);
  return { code, signal };
}

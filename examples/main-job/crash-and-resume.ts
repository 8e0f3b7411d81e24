import { type ChildProcess, spawn } from 'node:child_process';
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
  using interrupts = noteInterrupts();
  const flags = [...(show.json ? ['--json'] : []), ...(show.plain ? ['--plain'] : [])];
  const killed = await runJob([`--crash-after=${CRASH_AFTER}`, ...flags], interrupts);
  if (interrupts.seen()) return stopped(killed);
  if (killed.signal !== 'SIGKILL') return notKilled(killed);
  const say = (line: string): void => {
    (show.json ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const journal = join(findPlaces().repository, '.overseer', 'journal.db');
  const before = await inspectJournal(journal);
  if (interrupts.seen()) return stopped({ code: null });
  say('');
  say(
    `Killed with -9 in the middle of ${before.openCalls} calls, ${before.finishedCalls.size} finished. Resuming.`,
  );
  const resumed = await runJob(['--resume', ...flags], interrupts);
  if (interrupts.seen()) return stopped(resumed);
  // What went wrong was said, and a journal that others work on tells nothing of this job.
  if (resumed.code !== EXIT.done) return resumed.code ?? EXIT.failed;
  const after = await inspectJournal(journal);
  const { lost, repeated } = compare(before, after);
  say(`After the kill: ${lost} lost, ${repeated} repeated.`);
  return lost > 0 || repeated > 0 ? EXIT.failed : EXIT.done;
}

/** What was on disk before and is not any more, and finished work that was done again. */
export function compare(
  before: JournalFacts,
  after: JournalFacts,
): { readonly lost: number; readonly repeated: number } {
  const lost = [...before.events].filter((id) => !after.events.has(id)).length;
  return { lost, repeated: after.repeated };
}

interface JobEnd {
  /** `null` where a signal ended it. */
  readonly code: number | null;
}

/** What kept it from coming so far was said, unless it came to its end. */
function notKilled({ code }: JobEnd): number {
  if (code !== EXIT.done) return code ?? EXIT.failed;
  process.stderr.write('The job ended before it could be killed.\n');
  return EXIT.failed;
}

/** A job that could answer Ctrl-C has said how to go on. */
function stopped({ code }: JobEnd): number {
  if (code === null) process.stderr.write('Stopped. Go on with: npm start -- --resume\n');
  return code ?? EXIT.stopped;
}

interface Interrupts extends Disposable {
  seen(): boolean;
  /** Passes what comes on to this process, in place of the one before. */
  passTo(child: ChildProcess): void;
}

/** This process only waits for what the job makes of a Ctrl-C, which reaches it by itself or through here. */
function noteInterrupts(): Interrupts {
  let isSeen = false;
  let job: ChildProcess | undefined;
  const note = (signal: NodeJS.Signals): void => {
    isSeen = true;
    job?.kill(signal);
  };
  process.on('SIGINT', note);
  process.on('SIGTERM', note);
  return {
    seen: () => isSeen,
    passTo: (child) => {
      job = child;
    },
    [Symbol.dispose]: () => {
      process.off('SIGINT', note);
      process.off('SIGTERM', note);
    },
  };
}

async function runJob(
  args: readonly string[],
  interrupts: Interrupts,
): Promise<JobEnd & { readonly signal: NodeJS.Signals | null }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: 'inherit' });
  interrupts.passTo(child);
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}

import { ConfigError, parseDuration } from '@overseer/core/plugin';
import {
  type BackupDone,
  type BackupNotice,
  type BackupOptions,
  backUp,
  watchBackups,
} from '@overseer/storage/backup';
import { EXIT } from '../exit-code.ts';
import { backupPlace } from '../setup/backup-place.ts';
import type { BucketFlags } from '../setup/bucket-flags.ts';
import { requireFile, requireJournal, sealedFile } from '../setup/open-journal.ts';
import type { Project } from '../setup/project.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import type { SealFlags } from './moving-flags.ts';
import { sealingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer backup` is told. */
export interface BackupFlags extends SealFlags, BucketFlags {
  readonly watch?: boolean;
  readonly every: string;
  readonly tail: string;
  readonly keep: string;
}

/** `overseer backup`: a copy of a journal in a folder or a bucket, or copies until Ctrl-C, beside whoever works on it. Returns the exit code. */
export async function backupCommand(place: string, flags: BackupFlags): Promise<number> {
  const project = projectOf(flags);
  requireJournal(project);
  requireFile(project);
  const words = wordsOutput(flags.json === true);
  const times = {
    everyMs: durationOf('--every', flags.every),
    tailMs: durationOf('--tail', flags.tail),
  };
  const options: BackupOptions = {
    ...sealingOf(project, flags, (line) => words.write(`${line}\n`)),
    keep: retentionOf(flags.keep),
    ...sealedFile(),
  };
  // A watch ships what came last after it was stopped.
  const targetFor = (signal?: AbortSignal) => backupPlace(project, place, flags, signal);
  return await untilStopped('Stopped: no backup was made.', async ({ signal }) => {
    if (flags.watch !== true) {
      const done = await backUp(project.journal, targetFor(signal), { ...options, signal });
      tell({ kind: 'full', done }, flags, project);
      return EXIT.done;
    }
    const onNotice = (notice: BackupNotice): void => tell(notice, flags, project);
    await watchBackups(project.journal, targetFor(), { ...options, ...times, signal, onNotice });
    return EXIT.done;
  });
}

function tell(notice: BackupNotice, { json }: BackupFlags, { journal }: Project): void {
  if (json === true) {
    processOutput().write(`${JSON.stringify(objectOf(notice))}\n`);
    return;
  }
  processOutput().write(`${oneLine(lineOf(notice, journal))}\n`);
}

function objectOf(notice: BackupNotice): object {
  if (notice.kind !== 'failed') return notice;
  const { code, message, retryable } = notice.error;
  return { kind: notice.kind, code, message, retryable };
}

function lineOf(notice: BackupNotice, journal: string): string {
  switch (notice.kind) {
    case 'full':
      return `${notice.done.name}: all of ${journal}, ${plural(eventsIn(notice.done), 'event')}, ${count(notice.done.bytes)} bytes${deletedIn(notice.done)}`;
    case 'tail':
      return `${notice.name}: ${plural(notice.events, 'event')} more, ${count(notice.bytes)} bytes`;
    case 'failed':
      return `${notice.error.message} It is tried again. [${notice.error.code}]`;
  }
}

function eventsIn({ ends }: BackupDone): number {
  return Object.values(ends).reduce((sum, { seq }) => sum + seq, 0);
}

function deletedIn({ deleted }: BackupDone): string {
  return deleted.length === 0 ? '' : `; ${plural(deleted.length, 'older one')} deleted`;
}

/** Reads a span of time of a flag, 100 ms or more. Throws `ConfigError` `config.command-line`. */
export function durationOf(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 100) return ms;
  throw new ConfigError(
    'config.command-line',
    `${flag} takes a span of time such as 5s, 10m or 1h, and got ${JSON.stringify(text)}.`,
  );
}

function retentionOf(text: string): NonNullable<BackupOptions['keep']> {
  const [last = '', daily = '', weekly = '', ...more] = text.split('/');
  if (
    more.length === 0 &&
    [last, daily, weekly].every((one) => /^\d{1,6}$/.test(one)) &&
    Number(last) > 0
  ) {
    return { last: Number(last), daily: Number(daily), weekly: Number(weekly) };
  }
  throw new ConfigError(
    'config.command-line',
    `--keep takes three numbers such as 24/7/4 (the last, of days, of weeks), the first above 0, and got ${JSON.stringify(text)}.`,
  );
}

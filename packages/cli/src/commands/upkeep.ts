import { ConfigError } from '@overseer/core/plugin';
import type { KeySource } from '@overseer/storage/at-rest';
import type { UpkeepOptions } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { journalKeys } from '../setup/journal-keys.ts';
import { requireJournal } from '../setup/open-journal.ts';
import { findProject } from '../setup/project.ts';
import type { PlaceFlags } from './read-journal.ts';

/** What every command that looks after a journal is told. */
export interface UpkeepFlags extends PlaceFlags {
  readonly json?: boolean;
}

/** The journal that flags name, a file or the address of a database. Throws `ConfigError` `config.no-journal` where there is none. */
export function anyJournalOf({ repo, journal }: PlaceFlags): string {
  const project = findProject({ repository: repo, journal, folder: process.cwd() });
  requireJournal(project);
  return project.journal;
}

/** The master keys of the environment. Throws `ConfigError` `config.no-keys` where there are none. */
export function requireKeys(): KeySource {
  const keys = journalKeys();
  if (keys !== undefined) return keys;
  throw new ConfigError(
    'config.no-keys',
    'Name the master keys: put them in OVERSEER_KEYS, or their file in OVERSEER_KEY_FILE. "overseer master-key" makes one.',
  );
}

/**
 * Does long work on a journal: tells how far it is, on a terminal, and ends with Ctrl-C, which `stopped` then tells of. Returns the exit
 * code.
 */
export async function lookAfter(
  work: (options: UpkeepOptions) => Promise<number>,
  stopped = 'Stopped: the journal is as it was.',
): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const keys = journalKeys();
  const { signal } = controller;
  try {
    return await work({
      signal,
      onProgress: tellProgress(),
      ...(keys === undefined ? {} : { keys }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(`${stopped}\n`);
    return EXIT.stopped;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Writes lines for people, or one object for programs. */
export function tell(json: boolean | undefined, value: unknown, lines: readonly string[]): void {
  const text = json === true ? [JSON.stringify(value)] : lines;
  process.stdout.write(text.map((line) => `${line}\n`).join(''));
}

function tellProgress(): NonNullable<UpkeepOptions['onProgress']> {
  if (process.stderr.isTTY !== true) return () => undefined;
  let told = -1;
  return (done, all) => {
    const share = all === 0 ? 100 : Math.floor((done / all) * 100);
    if (share === told) return;
    told = share;
    process.stderr.write(`\r${done} events, ${share} %${done >= all ? '\n' : ''}`);
  };
}

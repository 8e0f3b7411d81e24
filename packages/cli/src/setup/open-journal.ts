import { existsSync } from 'node:fs';
import { ConfigError } from '@overseer/core/plugin';
import type { OpenStore } from '@overseer/core/spec';
import type { KeySource } from '@overseer/storage/at-rest';
import { isPostgresAddress, postgres, redactAddress } from '@overseer/storage/postgres';
import { sqlite } from '@overseer/storage/sqlite';
import { journalKeys } from './journal-keys.ts';
import type { Project } from './project.ts';

type Place = Pick<Project, 'journal'>;

/** The store in which a project's journal is: a file, or a database of PostgreSQL; sealed where the environment names master keys. */
export function storeOf({ journal }: Place): OpenStore {
  const keys = journalKeys();
  const encryption = keys === undefined ? {} : { encryption: { keys } };
  return isPostgresAddress(journal)
    ? postgres({ connection: journal, ...encryption })
    : sqlite(journal, encryption);
}

/** The same for those who only read: nothing is made, brought up to date or written. */
export function readingStoreOf({ journal }: Place): OpenStore {
  const keys = journalKeys();
  const encryption = keys === undefined ? {} : { encryption: { keys } };
  return isPostgresAddress(journal)
    ? postgres({ connection: journal, readOnly: true, ...encryption })
    : sqlite(journal, { readOnly: true, ...encryption });
}

/** How a file is opened by those who copy it: with the master keys that the environment names. */
export function sealedFile(): {
  readonly sqlite?: { readonly encryption: { readonly keys: KeySource } };
} {
  const keys = journalKeys();
  return keys === undefined ? {} : { sqlite: { encryption: { keys } } };
}

/** Whether there may be a journal already; only opening a database tells whether there is one in it. */
export function hasJournal({ journal }: Place): boolean {
  return isPostgresAddress(journal) || existsSync(journal);
}

/** Throws `ConfigError` `config.no-journal` where nothing was ever worked. */
export function requireJournal(place: Place): void {
  if (hasJournal(place)) return;
  throw new ConfigError(
    'config.no-journal',
    `There is no journal at ${place.journal}; say --repo or --journal.`,
  );
}

/** Throws `ConfigError` `config.not-a-file` for a journal that is in a database, for commands that know files alone. */
export function requireFile({ journal }: Place): void {
  if (!isPostgresAddress(journal)) return;
  throw new ConfigError(
    'config.not-a-file',
    `${redactAddress(journal)} is a database, and this command works on files alone: for copies use PostgreSQL's own (pg_basebackup, pg_dump), or overseer export and import.`,
  );
}

/** Where a journal is, as people may see it: without a password. */
export function shownJournal(journal: string): string {
  return isPostgresAddress(journal) ? redactAddress(journal) : journal;
}

import type { CommittedSink, PackageSource } from '../package/package-source.ts';

/** One thing that a place of backups keeps. */
export interface KeptBackup {
  readonly name: string;
  readonly bytes: number;
}

/**
 * A place where backups are kept: a folder, or what is like one. It keeps what was committed whole, and never shows what was
 * not. Throws `BackupError`: `backup.target`, `backup.full`.
 */
export interface BackupTarget {
  /** For messages to people. */
  readonly name: string;
  /** A folder for copies in the making; where left out, that of the system for temporary files. */
  readonly scratch?: string;
  /** Begins to write under a name of letters, digits, `-` and `.`. */
  put(name: string): Promise<CommittedSink>;
  /** What is kept under a name; reading throws where there is nothing. */
  get(name: string): PackageSource;
  /** Everything that it keeps, in any order. */
  list(): Promise<readonly KeptBackup[]>;
  /** Does nothing where there is nothing of that name. */
  delete(name: string): Promise<void>;
}

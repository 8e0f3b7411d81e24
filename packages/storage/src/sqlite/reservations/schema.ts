import type { FileFormat } from '../file/file-format.ts';

/**
 * Shared limits (`OVRS`). `tally`: what counts in one limit or one period of it; `over_at` is when nothing of it counts any more.
 * `charge`: what one reservation took of it, in the order of time; those of periods and places are gone once they are settled.
 * `waiter`: a member that was refused a place.
 */
export const RESERVATIONS: FileFormat = {
  applicationId: 0x4f565253,
  readableSince: 1,
  writerVersion: 1,
  checkpointPages: 1_000,
  migrations: [
    `
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('min_writer', 1);

    CREATE TABLE member (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      holder TEXT NOT NULL,
      seen_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE term (
      member TEXT NOT NULL,
      subject TEXT NOT NULL,
      says TEXT NOT NULL,
      PRIMARY KEY (subject, member)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX term_of_member ON term (member);

    CREATE TABLE tally (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      window_ms INTEGER NOT NULL,
      used INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      over_at INTEGER
    ) STRICT;
    CREATE INDEX tally_over ON tally (over_at) WHERE over_at IS NOT NULL;

    CREATE TABLE charge (
      id INTEGER PRIMARY KEY,
      tally INTEGER NOT NULL,
      reservation TEXT NOT NULL,
      member TEXT NOT NULL,
      name TEXT NOT NULL,
      at INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      open INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE waiter (
      tally INTEGER NOT NULL,
      member TEXT NOT NULL,
      since INTEGER NOT NULL,
      seen_at INTEGER NOT NULL,
      PRIMARY KEY (tally, member)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX charge_of_tally ON charge (tally, at);
    CREATE INDEX charge_of_reservation ON charge (reservation) WHERE open = 1;
    `,
    // Whose places they are may change while somebody works on what they are for.
    'ALTER TABLE charge ADD COLUMN fence INTEGER NOT NULL DEFAULT 0',
  ],
};

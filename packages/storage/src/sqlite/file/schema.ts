/** Marks a database file as a journal of ours (`OVSR`). */
export const APPLICATION_ID = 0x4f565352;

/**
 * The version of what this code writes into the rows. A file whose `min_writer` is greater was written in a way that
 * this code does not know.
 */
export const WRITER_VERSION = 4;

/** The version of the schema since which anything can be packed. */
export const PACKED_SINCE = 2;

/** Bytes of a page: large enough that three events of 2 KiB share one, small enough that a commit stays cheap. */
export const PAGE_BYTES = 8_192;

/** Events per span: a run is found by the spans it has events in. */
export const SPAN = 1_024;

/** Changes of the schema in order; the file's `user_version` is how many it has had. Never edit one that was released. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('min_writer', 1);

  CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    name TEXT,
    holder TEXT,
    since INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lease VALUES (1, 0, NULL, NULL, 0);

  CREATE TABLE stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- cursor: the order of writing over all streams. hash: SHA-256, in hex, of the hash before it in the stream, body and lifted, one behind the other.
  CREATE TABLE event (
    cursor INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    run INTEGER,
    body TEXT NOT NULL,
    lifted TEXT,
    hash TEXT NOT NULL,
    UNIQUE (stream, seq)
  ) STRICT;

  -- An index of events by run would write a page per run and commit; the spans a run touches are few.
  CREATE TABLE run (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE run_span (
    run INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    span INTEGER NOT NULL,
    PRIMARY KEY (run, stream, span)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE blob (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;

  CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    fold_version INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (stream, fold_version)
  ) STRICT;
  `,
  // packed: the whole event, compressed or sealed; body then holds [id, at, type, v, epoch, run] and lifted the names of blobs alone.
  // Its hash covers these too, behind [stream, seq]. sum: of blobs whose bytes are packed, and of snapshots.
  `
  ALTER TABLE event ADD COLUMN packed BLOB;
  ALTER TABLE blob ADD COLUMN data_key INTEGER;
  ALTER TABLE blob ADD COLUMN sum BLOB;
  CREATE INDEX blob_of_key ON blob (data_key) WHERE data_key IS NOT NULL;
  ALTER TABLE snapshot ADD COLUMN packed BLOB;
  ALTER TABLE snapshot ADD COLUMN sum BLOB;

  -- owner: 'run <id>', 'stream <name>' or 'store'. wrapped: under the master key of that id; NULL once it was erased.
  CREATE TABLE data_key (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL UNIQUE,
    master TEXT NOT NULL,
    wrapped BLOB,
    erased_at INTEGER
  ) STRICT;
  UPDATE meta SET value = 2 WHERE key = 'min_writer';
  `,
  // From here on the seal of an event holds its body and lifted too (the second version of an envelope).
  `
  UPDATE meta SET value = 3 WHERE key = 'min_writer';
  `,
  // From here on the text of an event is a list without the names of its fields, which earlier code takes for damage.
  `
  UPDATE meta SET value = 4 WHERE key = 'min_writer';
  `,
];

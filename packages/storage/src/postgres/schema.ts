import { KEPT_BLOBS } from './kept-blobs.ts';
import { AT_REST } from './key-rows.ts';
import { ASIDE_MAIL, KEPT_MAIL, MAIL } from './mail.ts';
import { PASSING } from './reservations/passing-schema.ts';
import { RESERVATIONS } from './reservations/schema.ts';

/**
 * The version of what this code writes into the rows. A schema whose `min_writer` is greater was written in a way that
 * this code does not know.
 */
export const WRITER_VERSION = 3;

/** Events per span: a run is found by the spans it has events in. */
export const SPAN = 1_024;

/**
 * Changes of the schema in order; `meta` says how many it has had. Never edit one that was released. Names are text as
 * `toText` writes it; whatever people or models say is bytes, which hold any text, and sealed ones too. The last must bring a column,
 * by which its version is known where `meta` is damaged.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE SEQUENCE lease_epoch AS bigint;

  -- One row for each stream that was ever owned. holder: JSON, none where it was given back. space: among which processes the
  -- holder's number says anything. locked: the start of the server on which the holder's session has the advisory lock.
  CREATE TABLE lease (
    name text PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    holder text,
    space text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL DEFAULT clock_timestamp(),
    locked timestamptz
  ) WITH (fillfactor = 50);
  CREATE INDEX lease_of_epoch ON lease (epoch);

  CREATE TABLE stream (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);

  -- codec: how body and lifted strings are kept; 0 is as they are. hash: SHA-256 of the hash before it in the stream, in hex,
  -- body and lifted, one behind the other.
  CREATE TABLE event (
    stream bigint NOT NULL,
    seq bigint NOT NULL,
    id text NOT NULL,
    run text,
    codec smallint NOT NULL,
    body bytea NOT NULL,
    lifted text,
    hash bytea NOT NULL,
    PRIMARY KEY (stream, seq)
  );

  -- An index of events by run would write a page per run and commit; the spans a run touches are few.
  CREATE TABLE run_span (
    run text NOT NULL,
    stream bigint NOT NULL,
    span bigint NOT NULL,
    PRIMARY KEY (run, stream, span)
  );

  CREATE TABLE blob (hash bytea PRIMARY KEY, codec smallint NOT NULL, bytes bytea NOT NULL);

  CREATE TABLE snapshot (
    stream text NOT NULL,
    fold_version bigint NOT NULL,
    seq bigint NOT NULL,
    codec smallint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (stream, fold_version)
  );
  `,
  RESERVATIONS,
  MAIL,
  AT_REST,
  KEPT_BLOBS,
  KEPT_MAIL,
  // From here on the seal of an event holds its stub and lifted too (the second version of an envelope).
  "UPDATE meta SET value = 3 WHERE key = 'min_writer'",
  PASSING,
  ASIDE_MAIL,
];

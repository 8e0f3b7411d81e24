/** What is known of large values, for whoever removes those that nothing names. */
export const KEPT_BLOBS = `
  -- put_at: when somebody put it last, who may be about to name it. named: an event names it, for good. A row 'look_again' in meta says that
  -- a run was erased, and what it named may be named by nothing now.
  ALTER TABLE blob ADD COLUMN put_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN named boolean NOT NULL DEFAULT false;
  CREATE INDEX blob_unnamed ON blob (put_at) WHERE NOT named;
  INSERT INTO meta VALUES ('compacted', 0);
  UPDATE meta SET value = 3 WHERE key = 'min_writer';
`;

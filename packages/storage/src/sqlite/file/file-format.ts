import { APPLICATION_ID, MIGRATIONS, PACKED_SINCE, WRITER_VERSION } from './schema.ts';

/** What tells files of one use from all others, and how they are written. */
export interface FileFormat {
  /** SQLite's `application_id`. */
  readonly applicationId: number;
  /** Changes of the schema in order; the file's `user_version` is how many it has had. */
  readonly migrations: readonly string[];
  /** The version of the schema since which a file can be read as it is. */
  readonly readableSince: number;
  /** A file whose `min_writer` is greater was written in a way that this code does not know. */
  readonly writerVersion: number;
  /** Pages of the write-ahead log after which a commit writes it back to the file; 0 for never. */
  readonly checkpointPages: number;
}

/** A journal, whose one writer says itself when the log is written back. */
export const JOURNAL: FileFormat = {
  applicationId: APPLICATION_ID,
  migrations: MIGRATIONS,
  readableSince: PACKED_SINCE,
  writerVersion: WRITER_VERSION,
  checkpointPages: 0,
};

import type { KeyRing } from '../../at-rest/key-ring.ts';
import type { OpenDatabase, SqliteDatabase } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import type { Compression } from './compression.ts';

/** What a file is opened with. */
export interface OpenFileOptions {
  readonly path: string;
  readonly openDatabase: OpenDatabase;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs: number;
  /** Seals what is written, and opens what was sealed; a file with sealed content cannot be opened without. */
  readonly keys?: KeyRing | undefined;
  /** What is compressed; the default is `large`. */
  readonly compression?: Compression | undefined;
  /** How old a large value must be that nothing names before it is removed, in ms; the default is an hour. */
  readonly compactAfterMs?: number | undefined;
  /** Makes no file and brings none up to date; one of an older version is refused. */
  readonly readOnly?: boolean | undefined;
  /** Opens a file that is only read, also where nothing may be written; without it the driver opens it as any other. */
  readonly openReading?:
    | ((path: string, busyTimeoutMs: number) => SqliteDatabase | Refusal)
    | undefined;
}

import type { OpenDatabase } from '../driver.ts';

/** What a file is opened with. */
export interface OpenFileOptions {
  readonly path: string;
  readonly openDatabase: OpenDatabase;
  /** How long to wait for another process that is writing. */
  readonly busyTimeoutMs: number;
}

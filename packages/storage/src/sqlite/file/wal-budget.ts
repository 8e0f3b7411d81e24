import { PAGE_BYTES } from './schema.ts';

/** Pages after which the log is written back to the file: 8 MiB. */
const PAGES = 1_024;

/** Pages that a commit touches whatever its size: the ends of the tables and indexes. */
const PAGES_PER_COMMIT = 4;

/** Estimates how long the write-ahead log has grown, since SQLite does not say. */
export class WalBudget {
  #pages = 0;

  /** Counts one commit of about that many bytes. */
  spend(bytes: number): void {
    this.#pages += PAGES_PER_COMMIT + bytes / PAGE_BYTES;
  }

  /** Whether a checkpoint is due. */
  get due(): boolean {
    return this.#pages >= PAGES;
  }

  /** Starts anew after a checkpoint. */
  renew(): void {
    this.#pages = 0;
  }
}

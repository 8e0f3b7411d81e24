import type { SqliteRow } from '../driver.ts';

/** The columns of an event, in the order in which `toRow` wants them named. */
export const EVENT_COLUMNS = 'seq, run, body, lifted, hash, packed';

/** An event as it is in the file. */
export interface EventRow {
  readonly seq: number;
  /** The number of its run. */
  readonly run: number | undefined;
  readonly body: string;
  readonly lifted: string | null;
  readonly hash: string;
  readonly packed: Uint8Array | null;
}

/** Reads a row of the table of events. */
export function toRow({ seq, run, body, lifted, hash, packed }: SqliteRow): EventRow {
  return {
    seq: Number(seq),
    run: run === null || run === undefined ? undefined : Number(run),
    body: String(body),
    lifted: typeof lifted === 'string' ? lifted : null,
    hash: String(hash),
    packed: packed instanceof Uint8Array ? packed : null,
  };
}

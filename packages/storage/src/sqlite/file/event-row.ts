import type { SqliteRow, SqliteValue } from '../driver.ts';

/** The columns of an event, in the order in which `fromColumns` wants them. */
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

/** Reads a row of the table of events, however its columns are ordered. */
export function toRow({
  seq = null,
  run = null,
  body = null,
  lifted = null,
  hash = null,
  packed = null,
}: SqliteRow): EventRow {
  return fromColumns([seq, run, body, lifted, hash, packed]);
}

/** Reads a row of which `EVENT_COLUMNS` alone were asked. */
export function fromColumns([
  seq,
  run,
  body,
  lifted,
  hash,
  packed,
]: readonly SqliteValue[]): EventRow {
  return {
    seq: Number(seq),
    run: run === null || run === undefined ? undefined : Number(run),
    body: String(body),
    lifted: typeof lifted === 'string' ? lifted : null,
    hash: String(hash),
    packed: packed instanceof Uint8Array ? packed : null,
  };
}

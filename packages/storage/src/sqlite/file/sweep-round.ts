import { type DataKey, nameUnder } from '../../at-rest/data-key.ts';
import type { SqliteDatabase, SqliteRow, SqliteValue } from '../driver.ts';
import { rowHash } from './event-hash.ts';
import { toRow } from './event-row.ts';
import type { EventTables } from './event-table.ts';
import { hashesIn } from './hashes-in.ts';
import { openEvent } from './open-event.ts';
import type { SnapshotTable } from './snapshot-table.ts';

/** Large values that are looked for at once; some ten MiB of memory. */
const MOST = 65_536;
/** Events of which only the names of their large strings are read in one turn, and those that are read whole. */
const NAMES_AT_ONCE = 2_000;
const WHOLE_AT_ONCE = 50;
/** Values and bytes that are removed in one transaction, unless a single value is larger. */
const REMOVED_AT_ONCE = 64;
const BYTES_AT_ONCE = 4 * 1_048_576;

/** What was removed in one turn. */
export interface Removed {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * One round of mark and sweep over large values. Marks in turns of a few ms, from the newest event to the oldest, for what a value is named
 * by is mostly near; first by the names of large strings, which are cheap to read, then by what events say. It ends where
 * every value was found.
 */
export class SweepRound {
  /** The last value that it is about, by number. */
  readonly last: number;
  /** The event that cannot be read as it was written. */
  damaged: { readonly stream: string; readonly seq: number } | undefined;
  readonly #database: SqliteDatabase;
  readonly #tables: EventTables;
  readonly #snapshots: SnapshotTable;
  /** By name; what is left in the end is named by nothing. */
  readonly #candidates: Map<string, number>;
  readonly #storeKey: DataKey | undefined;
  /** The newest event that was, or will be, looked at. */
  #top: number;
  #namesBelow: number;
  #wholeBelow: number;

  private constructor(
    database: SqliteDatabase,
    tables: EventTables,
    snapshots: SnapshotTable,
    candidates: Map<string, number>,
    last: number,
  ) {
    this.#database = database;
    this.#tables = tables;
    this.#snapshots = snapshots;
    this.#candidates = candidates;
    this.last = last;
    this.#storeKey = storeKeyOf(tables);
    this.#top = this.#newest();
    this.#namesBelow = this.#top;
    this.#wholeBelow = this.#top;
  }

  /**
   * Begins with the values numbered above `after` and up to `to`; `undefined` where there are none. What is sealed under the key of a run
   * or a stream is left out: it was written with the event that names it, and goes with its key.
   */
  static begin(
    database: SqliteDatabase,
    tables: EventTables,
    snapshots: SnapshotTable,
    { after, to }: { readonly after: number; readonly to: number },
  ): SweepRound | undefined {
    const rows = database
      .prepare(
        `SELECT id, hash FROM blob WHERE id > ? AND id <= ? AND (data_key IS NULL OR data_key = ?)
         ORDER BY id LIMIT ${MOST}`,
      )
      .all(after, to, tables.packing.keys.idOf({ kind: 'store' }) ?? null);
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const candidates = new Map(rows.map(({ id, hash }) => [hexOf(hash), Number(id)]));
    return new SweepRound(database, tables, snapshots, candidates, Number(last['id']));
  }

  /** How many values nothing was found for so far. */
  get left(): number {
    return this.#candidates.size;
  }

  /** Somebody put these anew, and may name them at any time. */
  spare(names: Iterable<string>): void {
    for (const name of names) this.#candidates.delete(name);
  }

  /**
   * Marks for one turn; `marked` once no event is left that was not looked at. `damaged` where one cannot be read, so that
   * nobody knows what it names.
   */
  mark(): 'more' | 'marked' | 'damaged' {
    if (this.#candidates.size === 0) return 'marked';
    if (this.#namesBelow > 0) {
      const from = this.#namesBelow - NAMES_AT_ONCE;
      this.#markNames(from, this.#namesBelow);
      this.#namesBelow = from;
      return 'more';
    }
    if (this.#wholeBelow > 0) {
      const from = this.#wholeBelow - WHOLE_AT_ONCE;
      if (!this.#markWhole(from, this.#wholeBelow)) return 'damaged';
      this.#wholeBelow = from;
      return 'more';
    }
    const newest = this.#newest();
    if (newest <= this.#top) return 'marked';
    const to = Math.min(newest, this.#top + WHOLE_AT_ONCE);
    this.#markNames(this.#top, to);
    if (!this.#markWhole(this.#top, to)) return 'damaged';
    this.#top = to;
    return 'more';
  }

  /** Removes some of what nothing names, in the transaction that is open; to be called in the turn in which all was marked. */
  remove(): Removed {
    this.#markSnapshots();
    const size = this.#database.prepare('SELECT length(bytes) AS size FROM blob WHERE id = ?');
    const drop = this.#database.prepare('DELETE FROM blob WHERE id = ?');
    let [blobs, bytes] = [0, 0];
    for (const [name, id] of this.#candidates) {
      bytes += Number(size.get(id)?.['size'] ?? 0);
      drop.run(id);
      this.#candidates.delete(name);
      blobs++;
      if (blobs >= REMOVED_AT_ONCE || bytes >= BYTES_AT_ONCE) break;
    }
    return { blobs, bytes };
  }

  #markNames(from: number, to: number): void {
    const rows = this.#database
      .prepare('SELECT lifted FROM event WHERE cursor > ? AND cursor <= ? AND lifted IS NOT NULL')
      .all(from, to);
    for (const { lifted } of rows) this.#spareIn(String(lifted));
  }

  /** `false` where an event cannot be read. */
  #markWhole(from: number, to: number): boolean {
    const rows = this.#database
      .prepare(
        `SELECT name, event.seq, event.run, event.body, event.lifted, event.hash, event.packed, last.hash AS before
         FROM event JOIN stream ON stream.id = event.stream
         LEFT JOIN event AS last ON last.stream = event.stream AND last.seq = event.seq - 1
         WHERE event.cursor > ? AND event.cursor <= ?`,
      )
      .all(from, to);
    return rows.every((row) => this.#markEvent(row));
  }

  #markEvent(raw: SqliteRow): boolean {
    const row = toRow(raw);
    const { runs, packing } = this.#tables;
    const run = row.run === undefined ? undefined : runs.nameOf(row.run);
    const stream = String(raw['name']);
    // What was changed may name less than what was written.
    const before = typeof raw['before'] === 'string' ? raw['before'] : '';
    const isProven = rowHash(before, { ...row, stream }) === row.hash;
    const event = isProven ? openEvent(packing, { stream, run }, row) : undefined;
    if (event === undefined) {
      this.damaged ??= { stream, seq: row.seq };
      return false;
    }
    this.#spareIn(event.body);
    return true;
  }

  #markSnapshots(): void {
    if (this.#candidates.size === 0) return;
    const rows = this.#database.prepare('SELECT stream, fold_version FROM snapshot').all();
    for (const { stream, fold_version: version } of rows) {
      const found = this.#snapshots.latest(String(stream), Number(version));
      if (found !== undefined) this.#spareIn(found.body);
    }
  }

  #spareIn(text: string): void {
    for (const hash of hashesIn(text)) {
      this.#candidates.delete(hash);
      if (this.#storeKey === undefined) continue;
      this.#candidates.delete(nameUnder(this.#storeKey, Buffer.from(hash, 'hex')));
    }
  }

  #newest(): number {
    const row = this.#database.prepare('SELECT max(cursor) AS newest FROM event').get();
    return Number(row?.['newest'] ?? 0);
  }
}

function storeKeyOf({ packing: { keys } }: EventTables): DataKey | undefined {
  const id = keys.idOf({ kind: 'store' });
  return id === undefined ? undefined : keys.byId(id);
}

function hexOf(hash: SqliteValue | undefined): string {
  return hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : '';
}

import { type DataKey, nameUnder } from '../at-rest/data-key.ts';
import { rowHash } from '../sqlite/file/event-hash.ts';
import { hashesIn } from '../sqlite/file/hashes-in.ts';
import { openEvent } from '../sqlite/file/open-event.ts';
import type { Connection } from './connection.ts';
import { inTransaction } from './for-upkeep.ts';
import { type AtRest, keysOf, packingFor } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { MarkBeside } from './mark-beside.ts';
import { fromText, IS_STREAM } from './names.ts';
import type { PgRow } from './pg-client.ts';
import { EVENT_COLUMNS, toRow } from './read-events.ts';

/** Large values that are looked for at once; some ten MiB of memory. */
const MOST = 65_536;
/** Events that are looked at in one turn. */
const EVENTS_AT_ONCE = 500;
/** Values that are removed in one transaction, for which appends wait. */
const REMOVED_AT_ONCE = 64;
/** For how long appends may have to wait for a turn in which values are removed, in ms, before it is put off. */
const PATIENCE_MS = 200;

/** What is left to do. */
export type SweepState = 'more' | 'done' | 'damaged' | 'put-off';

/** Up to where a stream was looked at. */
interface Seen {
  readonly seq: number;
  readonly hash: string;
}

/**
 * One round of mark and sweep over the large values that were put by themselves: those that nothing names, and that were there for a
 * while, are removed. An event is trusted only if its hash proves it. Works in turns, beside whoever writes. Rejects with `StoreError`
 * `store.key` where a key is missing, so that nobody knows what is named.
 */
export class Sweep {
  readonly #atRest: AtRest;
  readonly #afterMs: number;
  readonly #storeKey: DataKey | undefined;
  /** By name; what is left when all was looked at is named by nothing. */
  readonly #candidates: Set<string>;
  readonly #seen = new Map<string, Seen>();
  readonly #found: string[] = [];
  /** Events are looked at once, then what is beside them; what comes meanwhile is looked at again before any is removed. */
  #phase: 'events' | 'beside' | 'new' | 'remove' = 'events';
  #last = { stream: '0', seq: 0 };
  readonly #beside: MarkBeside;
  /** What was removed. */
  readonly removed = { blobs: 0, bytes: 0 };
  /** How many events were looked at. */
  events = 0;
  /** The event that cannot be read. */
  damaged: { readonly stream: string; readonly seq: number } | undefined;

  private constructor(
    atRest: AtRest,
    afterMs: number,
    storeKey: DataKey | undefined,
    candidates: Set<string>,
  ) {
    this.#atRest = atRest;
    this.#afterMs = afterMs;
    this.#storeKey = storeKey;
    this.#candidates = candidates;
    this.#beside = new MarkBeside(atRest, (text) => this.#spareIn(text));
  }

  /** Begins with the values that nothing is known to name; `undefined` where there are none. */
  static async begin(
    connection: Connection,
    atRest: AtRest,
    afterMs: number,
  ): Promise<Sweep | undefined> {
    const keys = new KeySet(atRest.ring, await keysOf(connection, [{ kind: 'store' }]));
    const id = keys.idOf({ kind: 'store' });
    const { rows } = await connection.query({
      text: `SELECT encode(hash, 'hex') AS name FROM blob WHERE NOT named AND put_at < ${BEFORE}
        AND (data_key IS NULL OR data_key = $2) LIMIT ${MOST}`,
      values: [afterMs, id ?? null],
    });
    if (rows.length === 0) return undefined;
    const names = new Set(rows.map(({ name }) => String(name)));
    return new Sweep(atRest, afterMs, id === undefined ? undefined : keys.byId(id), names);
  }

  /** How many values are left that nothing is known to name. */
  get left(): number {
    return this.#candidates.size;
  }

  /** Works for one turn. */
  async step(connection: Connection): Promise<SweepState> {
    await this.#noteFound(connection);
    if (this.#candidates.size === 0) return 'done';
    if (this.#phase === 'remove') return await this.#remove(connection);
    if (this.#phase === 'beside') {
      if (await this.#beside.step(connection)) this.#phase = 'remove';
      return 'more';
    }
    const isFirst = this.#phase === 'events';
    const rows = await (isFirst ? this.#next(connection) : this.#unseen(connection));
    if (!(await this.#mark(connection, rows))) return 'damaged';
    if (rows.length < EVENTS_AT_ONCE) this.#phase = isFirst ? 'beside' : 'remove';
    return 'more';
  }

  /** Events in the order of the streams, behind the last that was looked at. */
  async #next(connection: Connection): Promise<readonly PgRow[]> {
    const { rows } = await connection.query({
      name: 'sweep-events',
      text: `SELECT found.*, stream.name, stream.id AS number FROM stream
        CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM event
          WHERE event.stream = stream.id AND event.seq > CASE WHEN stream.id = $1 THEN $2::bigint ELSE 0 END
          ORDER BY seq LIMIT ${EVENTS_AT_ONCE}) AS found
        WHERE stream.id >= $1::bigint AND ${IS_STREAM} ORDER BY stream.id, found.seq LIMIT ${EVENTS_AT_ONCE}`,
      values: [this.#last.stream, this.#last.seq],
    });
    const last = rows.at(-1);
    if (last !== undefined) {
      this.#last = { stream: String(last['number']), seq: Number(last['seq']) };
    }
    return rows;
  }

  /** Events behind all that were looked at, of whatever streams. */
  async #unseen(connection: Connection): Promise<readonly PgRow[]> {
    const { rows } = await connection.query({
      name: 'sweep-new-events',
      text: `SELECT found.*, stream.name, stream.id AS number FROM stream
        LEFT JOIN unnest($1::bigint[], $2::bigint[]) AS seen (id, seq) ON seen.id = stream.id
        CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM event
          WHERE event.stream = stream.id AND event.seq > coalesce(seen.seq, 0)
          ORDER BY seq LIMIT ${EVENTS_AT_ONCE}) AS found
        WHERE ${IS_STREAM} LIMIT ${EVENTS_AT_ONCE}`,
      values: [[...this.#seen.keys()], [...this.#seen.values()].map(({ seq }) => seq)],
    });
    return rows;
  }

  /** `false` where an event cannot be read, so that nobody knows what it names. */
  async #mark(connection: Connection, raws: readonly PgRow[]): Promise<boolean> {
    const rows = raws.map((raw) => ({
      ...toRow(raw),
      stream: fromText(String(raw['name'])),
      number: String(raw['number']),
    }));
    const bytes = rows.map(({ packed }) => packed);
    const packing = await packingFor(connection, this.#atRest, bytes);
    for (const row of rows.toSorted((a, b) => a.seq - b.seq)) {
      const { seq, hash } = this.#seen.get(row.number) ?? { seq: 0, hash: '' };
      const isProven = row.seq === seq + 1 && rowHash(hash, row) === row.hash;
      const event = isProven ? openEvent(packing, row, row) : undefined;
      if (event === undefined) {
        this.damaged = { stream: row.stream, seq: row.seq };
        return false;
      }
      this.#spareIn(event.body);
      if (row.lifted !== null) this.#spareIn(row.lifted);
      this.#seen.set(row.number, { seq: row.seq, hash: row.hash });
      this.events++;
    }
    return true;
  }

  #spareIn(text: string): void {
    for (const hash of hashesIn(text)) {
      this.#spare(hash);
      if (this.#storeKey === undefined) continue;
      this.#spare(nameUnder(this.#storeKey, Buffer.from(hash, 'hex')));
    }
  }

  #spare(name: string): void {
    if (this.#candidates.delete(name)) this.#found.push(name);
  }

  /** What is named stays so: nobody has to look for it again. */
  async #noteFound(connection: Connection): Promise<void> {
    const found = this.#found.splice(0, 1_000);
    if (found.length === 0) return;
    await connection.query({
      text: `UPDATE blob SET named = true WHERE hash = ANY(SELECT decode(given, 'hex') FROM unnest($1::text[]) given)`,
      values: [found],
    });
  }

  /** Removes some while nobody appends, after a look at what was appended since. */
  async #remove(connection: Connection): Promise<SweepState> {
    try {
      return await inTransaction(connection, async () => {
        await connection.query(`SET LOCAL lock_timeout = ${PATIENCE_MS}`);
        await connection.query('LOCK TABLE event IN SHARE MODE');
        const rows = await this.#unseen(connection);
        if (!(await this.#mark(connection, rows))) return 'damaged';
        if (rows.length === EVENTS_AT_ONCE) {
          // All that could name them was not seen yet: that is looked at while others append.
          this.#phase = 'new';
          return 'more';
        }
        const names = [...this.#candidates].slice(0, REMOVED_AT_ONCE);
        const gone = await connection.query({
          text: `DELETE FROM blob WHERE hash = ANY(SELECT decode(given, 'hex') FROM unnest($2::text[]) given)
            AND NOT named AND put_at < ${BEFORE} RETURNING octet_length(bytes) AS size`,
          values: [this.#afterMs, names],
        });
        for (const name of names) this.#candidates.delete(name);
        this.removed.blobs += gone.rows.length;
        for (const { size } of gone.rows) this.removed.bytes += Number(size);
        return this.#candidates.size === 0 && this.#found.length === 0 ? 'done' : 'more';
      });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === '55P03') return 'put-off';
      throw error;
    }
  }
}

const BEFORE = "clock_timestamp() - $1 * interval '1 ms'";

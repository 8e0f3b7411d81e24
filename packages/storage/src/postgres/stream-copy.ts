import type { Connection } from './connection.ts';
import { isCollision } from './explain-failure.ts';
import { inTransaction } from './for-upkeep.ts';
import { insertBlobs, insertEvents, insertSpans } from './insert-rows.ts';
import { type RunSpan, spanOf } from './known-spans.ts';
import { ASIDE, fromText, IS_STREAM, toText } from './names.ts';
import type { NewBlob, NewEvent } from './new-rows.ts';
import { hexOf } from './stream-ends.ts';

/** Names of rows in the table of streams: one that is being written anew, and one that was replaced, with their numbers. */
const ANEW = `${ASIDE}anew `;
const WAS = `${ASIDE}was `;

/** Rows that are removed in one transaction. */
const REMOVED_AT_ONCE = 2_000;

/** A stream by its number in the database. */
export interface NumberedStream {
  readonly id: string;
  readonly name: string;
}

/** The streams of a journal, in the order in which they began. */
export async function numberedStreams(connection: Connection): Promise<readonly NumberedStream[]> {
  const text = `SELECT id, name FROM stream WHERE ${IS_STREAM} ORDER BY id`;
  const { rows } = await connection.query(text);
  return rows.map(({ id, name }) => ({ id: String(id), name: fromText(String(name)) }));
}

/**
 * A stream that is written anew under another number, in many transactions, while others go on with the old one. In the end it
 * takes the old one's place at once: a row behind the old one's end makes every append there collide, so that whoever remembers the
 * old number looks again.
 */
export class StreamCopy {
  readonly #connection: Connection;
  readonly #source: NumberedStream;
  readonly #id: string;
  #seq: number;
  #hash: string;

  private constructor(
    connection: Connection,
    source: NumberedStream,
    id: string,
    seq: number,
    hash: string,
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#id = id;
    this.#seq = seq;
    this.#hash = hash;
  }

  /** Begins, or goes on where one that was not finished ended. */
  static async begin(connection: Connection, source: NumberedStream): Promise<StreamCopy> {
    const values = [`${ANEW}${source.id}`];
    const make = 'INSERT INTO stream (name) VALUES ($1) ON CONFLICT DO NOTHING';
    await connection.query({ text: make, values });
    const { rows } = await connection.query({
      text: `SELECT stream.id, last.seq, last.hash FROM stream LEFT JOIN LATERAL (
          SELECT seq, hash FROM event WHERE event.stream = stream.id ORDER BY seq DESC LIMIT 1
        ) last ON true WHERE name = $1`,
      values,
    });
    const { id, seq, hash } = rows[0] ?? {};
    return new StreamCopy(connection, source, String(id), Number(seq ?? 0), hexOf(hash));
  }

  /** The last event of it. */
  get end(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: this.#hash };
  }

  /** Adds events behind its end, with the large values that they name. */
  async add(
    events: readonly NewEvent[],
    blobs: ReadonlyMap<string, NewBlob> = new Map(),
  ): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const { name } = this.#source;
    const spans = spansOf(events, this.#id);
    await inTransaction(this.#connection, async () => {
      if (blobs.size > 0) await insertBlobs(this.#connection, blobs);
      if (spans.length > 0) await insertSpans(this.#connection, spans);
      const ids = new Map([[name, this.#id]]);
      await insertEvents(this.#connection, new Map([[name, events]]), ids);
    });
    this.#seq = last.seq;
    this.#hash = last.hash;
  }

  /** Takes the place of the stream, which ends at `head`; `false` where that went on meanwhile, and then nothing is done. */
  async takePlace(head: number): Promise<boolean> {
    const { id, name } = this.#source;
    try {
      await inTransaction(this.#connection, async () => {
        await this.#connection.query({
          text: `INSERT INTO event (stream, seq, id, codec, stub, body, hash) VALUES ($1, $2, '', 1, '', '\\xff', '')`,
          values: [id, head + 1],
        });
        const rename = 'UPDATE stream SET name = $2 WHERE id = $1';
        await this.#connection.query({ text: rename, values: [id, `${WAS}${id}`] });
        await this.#connection.query({ text: rename, values: [this.#id, toText(name)] });
      });
      return true;
    } catch (error) {
      if (isCollision(error)) return false;
      throw error;
    }
  }
}

/** Removes what streams were before they were written anew, but for the row that tells that they are over, and copies of such. */
export async function dropReplaced(connection: Connection, signal?: AbortSignal): Promise<void> {
  const over = `SELECT id FROM stream WHERE starts_with(name, '${WAS}')`;
  await dropRows(connection, over, 'octet_length(hash) > 0', signal);
  const stale = `SELECT id FROM stream WHERE starts_with(name, '${ANEW}') AND NOT EXISTS (
    SELECT FROM stream AS source WHERE '${ANEW}' || source.id = stream.name AND NOT starts_with(source.name, '${ASIDE}'))`;
  await dropRows(connection, stale, 'true', signal);
  await connection.query(`DELETE FROM stream WHERE id IN (${stale})`);
}

/** Begins a copy from the start, whatever there was of it. */
export async function dropCopy(connection: Connection, { id }: NumberedStream): Promise<void> {
  const copy = `SELECT id FROM stream WHERE name = '${ANEW}${id}'`;
  await dropRows(connection, copy, 'true');
}

async function dropRows(
  connection: Connection,
  streams: string,
  which: string,
  signal?: AbortSignal,
): Promise<void> {
  await connection.query(`DELETE FROM run_span WHERE stream IN (${streams})`);
  while (true) {
    signal?.throwIfAborted();
    const { rowCount } = await connection.query(`DELETE FROM event WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM event WHERE stream IN (${streams}) AND ${which} LIMIT ${REMOVED_AT_ONCE}))`);
    if ((rowCount ?? 0) < REMOVED_AT_ONCE) return;
  }
}

function spansOf(events: readonly NewEvent[], stream: string): readonly RunSpan[] {
  const found = new Map<string, RunSpan>();
  for (const { run, seq } of events) {
    if (run === undefined) continue;
    const span = spanOf(seq);
    found.set(`${span} ${run}`, { run, stream, span });
  }
  return [...found.values()];
}

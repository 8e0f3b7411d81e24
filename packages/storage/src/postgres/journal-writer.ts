import { isRefusal, type Write, type WriteOutcome } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { fence, type HeldLeases, lockLeases } from './held-leases.ts';
import { insertBlobs, insertEvents, insertSpans, openStreams } from './insert-rows.ts';
import { KnownSpans } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import { NewRows } from './new-rows.ts';
import { type StreamEnd, StreamEnds } from './stream-ends.ts';

type Append = Extract<Write, { readonly kind: 'append' }>;
type Release = Extract<Write, { readonly kind: 'release' }>;
type PutSnapshot = Extract<Write, { readonly kind: 'snapshot' }>;

/** What a group of writes comes to before anything of it is written. */
interface Plan {
  readonly outcomes: readonly WriteOutcome[];
  readonly rows: NewRows;
  readonly ends: ReadonlyMap<string, StreamEnd>;
  readonly released: readonly Release[];
  readonly snapshots: readonly PutSnapshot[];
}

/** Writes groups of writes, each group in one transaction, through whatever session there is. */
export class JournalWriter {
  readonly #name: string;
  readonly #ends = new StreamEnds();
  readonly #spans = new KnownSpans();
  #connection: Connection | undefined;

  /** `name` is the store's, for messages. */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Writes all; each write stands or is refused by itself. Rejects with the driver's errors, and then nothing is known: the group
   * may be given again, and what was kept of it is found. `tries` is how often that was so.
   */
  async write(
    connection: Connection,
    writes: readonly Write[],
    tries: number,
  ): Promise<readonly WriteOutcome[]> {
    // Another server may have lost what the last one said.
    if (connection !== this.#connection || tries > 0) this.#forget();
    this.#connection = connection;
    try {
      await connection.query('BEGIN');
      // A commit that was cut off waited for its standby in vain; this one must wait for both.
      if (tries > 0) await connection.query("SELECT pg_logical_emit_message(true, 'overseer', '')");
      const plan = await this.#plan(connection, writes);
      await this.#carryOut(connection, plan);
      await connection.query('COMMIT');
      this.#note(plan);
      return plan.outcomes;
    } catch (error) {
      this.#forget();
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #plan(connection: Connection, writes: readonly Write[]): Promise<Plan> {
    const appends = writes.filter((write) => write.kind === 'append');
    const streams = [...new Set(appends.flatMap(streamsOf))];
    const epochs = [...new Set(appends.map(({ epoch }) => epoch))];
    const leases = appends.length === 0 ? new Map() : await lockLeases(connection, streams, epochs);
    const { ends, fresh } = await this.#ends.of(connection, streams);
    const plan = await this.#judge(connection, writes, ends, new Map(leases));
    const isDoubtful = !fresh && plan.outcomes.some(isConflict);
    if (!isDoubtful) return plan;
    // Another process may have gone on with a stream that nobody guards.
    this.#ends.forget();
    const read = await this.#ends.of(connection, streams);
    return await this.#judge(connection, writes, read.ends, leases);
  }

  async #judge(
    connection: Connection,
    writes: readonly Write[],
    ends: ReadonlyMap<string, StreamEnd>,
    leases: HeldLeases,
  ): Promise<Plan> {
    const rows = new NewRows(ends, (end, first, last) => readIds(connection, end, first, last));
    const released: Release[] = [];
    const snapshots: PutSnapshot[] = [];
    const outcomes: WriteOutcome[] = [];
    for (const write of writes) {
      let outcome: WriteOutcome = null;
      if (write.kind === 'append') {
        outcome =
          fence(write.epoch, streamsOf(write), leases, this.#name) ??
          (await rows.append(write.segments)) ??
          null;
      } else if (write.kind === 'blob') {
        outcome = rows.addBlob(write.bytes);
      } else if (write.kind === 'snapshot') {
        snapshots.push(write);
      } else {
        released.push(write);
        if (leases.get(write.name)?.epoch === write.epoch) leases.delete(write.name);
      }
      outcomes.push(outcome);
    }
    return { outcomes, rows, ends, released, snapshots };
  }

  async #carryOut(
    connection: Connection,
    { rows, ends, released, snapshots }: Plan,
  ): Promise<void> {
    const { events, blobs } = rows;
    if (blobs.size > 0) await insertBlobs(connection, blobs);
    if (events.size > 0) {
      const ids = await openStreams(connection, events, ends);
      const spans = this.#spans.unknown(events, ids);
      if (spans.length > 0) await insertSpans(connection, spans);
      await insertEvents(connection, events, ids);
    }
    for (const snapshot of snapshots) await putSnapshot(connection, snapshot);
    for (const { name, epoch } of released) {
      await connection.query({
        text: 'UPDATE lease SET holder = NULL, locked = NULL WHERE name = $1 AND epoch = $2',
        values: [toText(name), epoch],
      });
    }
  }

  /** Remembers what is committed. */
  #note({ rows, ends }: Plan): void {
    this.#spans.note();
    for (const [stream, added] of rows.events) {
      const last = added.at(-1);
      const id = ends.get(stream)?.id;
      if (last !== undefined && id !== undefined) {
        this.#ends.note(stream, { id, seq: last.seq, hash: last.hash });
      }
    }
    for (const [stream, end] of ends) {
      if (end.id !== undefined && !rows.events.has(stream)) this.#ends.note(stream, end);
    }
  }

  #forget(): void {
    this.#ends.forget();
    this.#spans.forget();
  }
}

function streamsOf({ segments }: Append): readonly string[] {
  return [...new Set(segments.map(({ stream }) => stream))];
}

function isConflict(outcome: WriteOutcome): boolean {
  return isRefusal(outcome) && outcome.refused === 'store.conflict';
}

async function readIds(
  connection: Connection,
  { id }: StreamEnd,
  first: number,
  last: number,
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await connection.query({
    text: 'SELECT seq, id FROM event WHERE stream = $1 AND seq BETWEEN $2 AND $3',
    values: [id, first, last],
  });
  return new Map(rows.map((row) => [Number(row['seq']), fromText(String(row['id']))]));
}

async function putSnapshot(
  connection: Connection,
  { stream, foldVersion, seq, body }: PutSnapshot,
): Promise<void> {
  await connection.query({
    text: `INSERT INTO snapshot AS kept (stream, fold_version, seq, codec, body) VALUES ($1, $2, $3, 0, $4)
      ON CONFLICT (stream, fold_version) DO UPDATE
      SET seq = excluded.seq, codec = excluded.codec, body = excluded.body
      WHERE excluded.seq >= kept.seq`,
    values: [toText(stream), foldVersion, seq, Buffer.from(body)],
  });
}

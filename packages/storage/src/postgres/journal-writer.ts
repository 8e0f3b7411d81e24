import type { KeyOwner } from '../at-rest/data-keys.ts';
import { ownerOf, Packing } from '../sqlite/file/packing.ts';
import { isRefusal, type Segment, type Write, type WriteOutcome } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { type EraseRun, eraseRun } from './erase-run.ts';
import { fence, type HeldLeases, lockLeases } from './held-leases.ts';
import {
  insertBlobs,
  insertEvents,
  insertGuarded,
  insertSpans,
  openStreams,
} from './insert-rows.ts';
import { type AtRest, keysToWrite } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { KnownSpans } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import { NewRows } from './new-rows.ts';
import { putSnapshot } from './snapshots.ts';
import { type StreamEnd, StreamEnds } from './stream-ends.ts';
import { waitForStandby } from './wait-for-standby.ts';

type Append = Extract<Write, { readonly kind: 'append' }>;
type Release = Extract<Write, { readonly kind: 'release' }>;
type PutSnapshot = Extract<Write, { readonly kind: 'snapshot' }>;

/** What can be written. */
export type JournalWrite = Write | EraseRun;

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
  readonly #atRest: AtRest;
  readonly #keys: KeySet;
  readonly #packing: Packing;
  readonly #ends = new StreamEnds();
  readonly #spans = new KnownSpans();
  #connection: Connection | undefined;

  constructor(atRest: AtRest) {
    this.#atRest = atRest;
    this.#keys = new KeySet(atRest.ring);
    this.#packing = new Packing(this.#keys, atRest.compression);
  }

  /**
   * Writes all; each write stands or is refused by itself. Rejects with the driver's errors, and then nothing is known: the group
   * may be given again, and what was kept of it is found. `tries` is how often that was so.
   */
  async write(
    connection: Connection,
    writes: readonly JournalWrite[],
    tries: number,
  ): Promise<readonly WriteOutcome[]> {
    // Another server may have lost what the last one said.
    if (connection !== this.#connection || tries > 0) this.#forget();
    this.#connection = connection;
    const outcomes: WriteOutcome[] = [];
    for (const part of partsOf(writes)) {
      if (!Array.isArray(part)) outcomes.push(await this.#erase(connection, part, tries));
      else outcomes.push(...(await this.#writePart(connection, part, tries)));
    }
    return outcomes;
  }

  async #writePart(
    connection: Connection,
    writes: readonly Write[],
    tries: number,
  ): Promise<readonly WriteOutcome[]> {
    const atOnce = tries === 0 ? await this.#writeAtOnce(connection, writes) : undefined;
    if (atOnce !== undefined) return atOnce;
    const plan = await this.#transact(connection, tries, async () => {
      await this.#readKeys(connection, writes);
      const planned = await this.#plan(connection, writes);
      await this.#carryOut(connection, planned);
      return planned;
    });
    this.#note(plan);
    return plan.outcomes;
  }

  async #erase(connection: Connection, erasing: EraseRun, tries: number): Promise<WriteOutcome> {
    const { name } = this.#atRest;
    const refusal = await this.#transact(connection, tries, () =>
      eraseRun(connection, erasing, name),
    );
    this.#keys.clear();
    return refusal ?? null;
  }

  async #transact<T>(connection: Connection, tries: number, work: () => Promise<T>): Promise<T> {
    try {
      await connection.query('BEGIN');
      // A commit that was cut off waited for its standby in vain; this one must wait for both.
      if (tries > 0) await waitForStandby(connection);
      const done = await work();
      await connection.query('COMMIT');
      return done;
    } catch (error) {
      this.#forget();
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /**
   * Most groups are events of one holder that go on with streams it wrote before: those are written in one statement, for each
   * costs a way to the server and back. `undefined` where nothing was written, for more has to be done or something is refused.
   */
  async #writeAtOnce(
    connection: Connection,
    writes: readonly Write[],
  ): Promise<readonly WriteOutcome[] | undefined> {
    const appends = writes.filter((write) => write.kind === 'append');
    const [epoch = 0, ...others] = new Set(appends.map((append) => append.epoch));
    const streams = [...new Set(appends.flatMap(streamsOf))];
    const ends = this.#ends.known(streams);
    if (appends.length < writes.length || others.length > 0 || ends === undefined) return undefined;
    if (!this.#keys.has(ownersOf(writes))) return undefined;
    const held = new Map([['', { epoch, holder: '' }]]);
    const plan = await this.#judge(connection, writes, ends, held);
    const { events, blobs } = plan.rows;
    const ids = new Map([...ends].map(([name, { id = '' }]) => [name, id]));
    const isMore = events.size === 0 || blobs.size > 0 || plan.outcomes.some(isRefusal);
    if (isMore || this.#spans.unknown(events, ids).length > 0) return undefined;
    try {
      if (!(await insertGuarded(connection, events, ids, { epoch, streams }))) return undefined;
    } catch (error) {
      this.#forget();
      throw error;
    }
    this.#note(plan);
    return plan.outcomes;
  }

  /** Reads the keys that these writes are sealed with, and makes those of new runs. */
  async #readKeys(connection: Connection, writes: readonly Write[]): Promise<void> {
    if (this.#keys.size > MOST_KEYS) this.#keys.clear();
    this.#keys.add(await keysToWrite(connection, this.#atRest, ownersOf(writes)));
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
    const rows = new NewRows(ends, this.#packing, (end, first, last) =>
      readIds(connection, end, first, last),
    );
    const released: Release[] = [];
    const snapshots: PutSnapshot[] = [];
    const outcomes: WriteOutcome[] = [];
    for (const write of writes) {
      let outcome: WriteOutcome = null;
      if (write.kind === 'append') {
        outcome =
          fence(write.epoch, streamsOf(write), leases, this.#atRest.name) ??
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
    for (const snapshot of snapshots) await putSnapshot(connection, this.#packing, snapshot);
    for (const { name, epoch } of released) {
      await connection.query({
        text: 'UPDATE lease SET holder = NULL, locked = NULL WHERE name = $1 AND epoch = $2',
        values: [toText(name), epoch],
      });
    }
  }

  /** Remembers what is committed. */
  #note({ rows, ends }: Plan): void {
    // Where all was refused, those that were asked for before that were not written.
    if (rows.events.size > 0) this.#spans.note();
    else this.#spans.drop();
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
    this.#keys.clear();
  }
}

/** Erasures by themselves, and what else comes together between them. */
function partsOf(writes: readonly JournalWrite[]): readonly (Write[] | EraseRun)[] {
  const parts: (Write[] | EraseRun)[] = [];
  for (const write of writes) {
    const last = parts.at(-1);
    if (write.kind === 'erase') parts.push(write);
    else if (Array.isArray(last)) last.push(write);
    else parts.push([write]);
  }
  return parts;
}

/** How many keys are kept in memory. */
const MOST_KEYS = 8_192;

/** Whose keys seal these writes. */
function ownersOf(writes: readonly Write[]): readonly KeyOwner[] {
  return writes.flatMap(ownersOfOne);
}

function ownersOfOne(write: Write): readonly KeyOwner[] {
  switch (write.kind) {
    case 'append':
      return write.segments.flatMap(ownersIn);
    case 'blob':
      return [{ kind: 'store' }];
    case 'snapshot':
      return [{ kind: 'stream', stream: write.stream }];
    case 'release':
      return [];
  }
}

function ownersIn({ stream, runs, runOf }: Segment): readonly KeyOwner[] {
  const owners = runs.map((run) => ownerOf(stream, run));
  return runOf.includes(-1) ? [...owners, ownerOf(stream, undefined)] : owners;
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

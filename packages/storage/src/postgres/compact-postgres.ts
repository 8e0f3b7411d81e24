import { setTimeout as sleep } from 'node:timers/promises';
import type { CompactReport } from '../sqlite/upkeep/compact-file.ts';
import type { UpkeepOptions } from '../sqlite/upkeep/open-for-upkeep.ts';
import type { Connection } from './connection.ts';
import { forgetDamage, noteDamage } from './damage.ts';
import { aloneForUpkeep } from './for-upkeep.ts';
import { forgetNodes } from './forget-nodes.ts';
import { checkAge, MOST_AGE_MS } from './kept-blobs.ts';
import type { AtRest } from './key-rows.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { dropReplaced } from './stream-copy.ts';
import { Sweep, type SweepState } from './sweep.ts';

/** How old a large value must be that nothing names: whoever put it may be about to name it. An hour, in ms. */
export const COMPACT_AFTER_MS = 3_600_000;

/** Large values that are looked for again in one transaction. */
const AGAIN_AT_ONCE = 1_000;

/** Until removing is tried again that was put off, in ms; twice as long each time, since whoever appends waits while it is tried. */
const PUT_OFF_MS = 400;
/** How often in a row it is tried; some seven seconds in all. */
const TRIES = 5;

/** A snapshot of a later version that tells of as much stands beside it: only older code would read it, and can do without. */
const OLD = `EXISTS (SELECT FROM snapshot AS newer WHERE newer.stream = snapshot.stream
  AND newer.fold_version > snapshot.fold_version AND newer.seq >= snapshot.seq)`;

/** What compacting is told, beside what all upkeep is. */
export interface CompactOptions extends UpkeepOptions {
  /** How old a large value must be that nothing names, in ms; the default is an hour, ten minutes the least. */
  readonly afterMs?: number;
}

/**
 * Removes from a journal in PostgreSQL what nothing names any more: large values that were put a while ago, and snapshots that those of a
 * newer version took the place of; and what is there of nodes that left or died a day ago. In small transactions, beside nodes that work, which do it by themselves too; then the room is
 * given to what is written next. Where an event cannot be read as it was written, no value is removed, and the report names it. Throws
 * as `verifyPostgres` does, `ConfigError` for an age that is too young, and `store.busy` where somebody seals, repairs or compacts it already.
 */
export async function compactPostgres(
  connection: string | PostgresOptions,
  { keys, signal, onProgress, afterMs = COMPACT_AFTER_MS }: CompactOptions = {},
): Promise<CompactReport> {
  const ageMs = Math.min(checkAge('afterMs', afterMs), MOST_AGE_MS);
  try {
    return await aloneForUpkeep(connection, keys, async ({ connection: wire, atRest }) => {
      await dropReplaced(wire, signal);
      const { rows } = await wire.query(
        "SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class WHERE oid = 'event'::regclass",
      );
      const all = Number(rows[0]?.['n'] ?? 0);
      const use: Use = (work) => work(wire);
      const report = await compact(use, atRest, ageMs, async (events) => {
        onProgress?.(events, Math.max(events, all));
        signal?.throwIfAborted();
      });
      onProgress?.(all, all);
      await wire.query('VACUUM event, blob, snapshot');
      return report;
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Works with some session for one turn. */
export type Use = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

/** Does one round; `between` is called after each turn with how many events were looked at, and ends it by throwing. */
export async function compact(
  use: Use,
  atRest: AtRest,
  afterMs: number,
  between: (events: number) => Promise<void>,
): Promise<CompactReport> {
  await use(forgetNodes);
  await lookAgain(use, between);
  const begin = (): Promise<Sweep | undefined> =>
    use((connection) => Sweep.begin(connection, atRest, afterMs));
  let [blobs, bytes, events, left] = [0, 0, 0, 0];
  let damaged: CompactReport['damaged'];
  for (let sweep = await begin(); sweep !== undefined; ) {
    const before = events;
    const state = await goThrough(use, sweep, (more) => between(before + more));
    events += sweep.events;
    blobs += sweep.removed.blobs;
    bytes += sweep.removed.bytes;
    damaged = sweep.damaged;
    left = state === 'put-off' ? sweep.left : 0;
    const met = damaged;
    if (met !== undefined) await use((connection) => noteDamage(connection, met));
    else if (state === 'done') await use(forgetDamage);
    sweep = state === 'done' ? await begin() : undefined;
  }
  const dropped = await use((connection) =>
    connection.query(`DELETE FROM snapshot WHERE ${OLD} RETURNING octet_length(body) AS size`),
  );
  for (const { size } of dropped.rows) bytes += Number(size);
  return {
    ...{ blobs, snapshots: dropped.rows.length, bytes },
    ...(damaged === undefined ? {} : { damaged }),
    ...(left === 0 ? {} : { left }),
  };
}

/** Does all turns of one sweep, until it is done or cannot be. */
async function goThrough(
  use: Use,
  sweep: Sweep,
  between: (events: number) => Promise<void>,
): Promise<SweepState> {
  for (let tries = 0; tries < TRIES; ) {
    const state = await use((connection) => sweep.step(connection));
    await between(sweep.events);
    if (state === 'done' || state === 'damaged') return state;
    tries = state === 'put-off' ? tries + 1 : 0;
    if (tries === 0 || tries === TRIES) continue;
    const until = performance.now() + PUT_OFF_MS * 2 ** (tries - 1);
    // In pieces, for whoever wants it to end.
    while (performance.now() < until) {
      await sleep(PUT_OFF_MS / 4);
      await between(sweep.events);
    }
  }
  return 'put-off';
}

/** After an erasure, what was named may be named by nothing. */
async function lookAgain(use: Use, between: (events: number) => Promise<void>): Promise<void> {
  const asked = await use((connection) =>
    connection.query("SELECT value FROM meta WHERE key = 'look_again'"),
  );
  const [row] = asked.rows;
  if (row === undefined) return;
  while (true) {
    const { rowCount } = await use((connection) =>
      connection.query(`UPDATE blob SET named = false WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM blob WHERE named AND put_at < now() LIMIT ${AGAIN_AT_ONCE}))`),
    );
    await between(0);
    if ((rowCount ?? 0) < AGAIN_AT_ONCE) break;
  }
  await use((connection) =>
    connection.query({
      text: "DELETE FROM meta WHERE key = 'look_again' AND value = $1",
      values: [row['value']],
    }),
  );
}

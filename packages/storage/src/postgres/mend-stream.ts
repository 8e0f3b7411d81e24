import { StoreError } from '@overseer/core/plugin';
import { readEventText } from '../sqlite/event-text.ts';
import { rowHash } from '../sqlite/file/event-hash.ts';
import { parseStub } from '../sqlite/file/packing.ts';
import { type CheckedEvent, checkEvent } from '../sqlite/upkeep/check-event.ts';
import { breathe } from '../sqlite/upkeep/open-for-upkeep.ts';
import type { Quarantine } from '../sqlite/upkeep/quarantine.ts';
import { type Mended, type MendedEvent, RepairedStream } from '../sqlite/upkeep/repaired-stream.ts';
import type { UpkeepSession } from './for-upkeep.ts';
import { parseHolder } from './held-leases.ts';
import { insertSpans } from './insert-rows.ts';
import { packingToLook } from './key-rows.ts';
import { type RunSpan, spanOf } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import { raiseEpochs } from './raise-epochs.ts';
import { EVENT_COLUMNS, type Row, toRow } from './read-events.ts';
import { SPAN } from './schema.ts';
import { dropCopy, type NumberedStream, StreamCopy } from './stream-copy.ts';

/** Events that are looked at in one turn. */
const PIECE = 200;

/** An event as it was found, and what it says of itself. */
interface Found {
  readonly raw: PgRow;
  readonly row: Row & { readonly id: string };
  readonly checked: CheckedEvent;
}

/**
 * Mends one stream. Where all its events are whole, only what is noted of them is mended, in its place; else it is written anew, and
 * then nobody may work on it.
 */
export async function mendStream(
  session: UpkeepSession,
  stream: NumberedStream,
  quarantine: Quarantine,
  signal: AbortSignal | undefined,
): Promise<Mended> {
  const { name } = stream;
  const whole = await look(session, stream, signal);
  await dropEmptySpans(session, stream);
  if (whole !== undefined) {
    return { name, events: whole, lost: [], lostCount: 0, newFrom: undefined, cut: 0 };
  }
  await requireUnheld(session, name);
  return await writeAnew(session, stream, quarantine, signal);
}

/** Goes through the events and mends what is noted of them; how many there are, or `undefined` where one is damaged. */
async function look(
  session: UpkeepSession,
  stream: NumberedStream,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  let last = 0;
  let before = '';
  for await (const piece of pieces(session, stream, signal)) {
    for (const { row, checked } of piece) {
      const follows = rowHash(before, { ...row, stream: stream.name }) === row.hash;
      if (row.seq !== last + 1 || !follows || checked.problem !== undefined) return undefined;
      before = row.hash;
      last = row.seq;
    }
    await raiseAbove(session, piece);
    await noteAnew(session, stream, piece);
  }
  return last;
}

/** Has the columns by which events are found say what the events say. */
async function noteAnew(
  { connection }: UpkeepSession,
  { id }: NumberedStream,
  piece: readonly Found[],
): Promise<void> {
  const spans = new Map<string, RunSpan>();
  for (const { row, checked } of piece) {
    const { run } = checked;
    if (run !== undefined) {
      const span = spanOf(row.seq);
      spans.set(`${span} ${run}`, { run, stream: id, span });
    }
    if (run === row.run && checked.id === row.id) continue;
    await connection.query({
      text: 'UPDATE event SET run = $3, id = $4 WHERE stream = $1 AND seq = $2',
      values: [id, row.seq, run === undefined ? null : toText(run), toText(checked.id)],
    });
  }
  if (spans.size > 0) await insertSpans(connection, [...spans.values()]);
}

async function dropEmptySpans(
  { connection }: UpkeepSession,
  { id }: NumberedStream,
): Promise<void> {
  await connection.query({
    text: `DELETE FROM run_span WHERE stream = $1 AND NOT EXISTS (SELECT FROM event
      WHERE event.stream = $1 AND event.run = run_span.run
        AND event.seq BETWEEN run_span.span * ${SPAN} AND run_span.span * ${SPAN} + ${SPAN - 1})`,
    values: [id],
  });
}

async function writeAnew(
  session: UpkeepSession,
  stream: NumberedStream,
  quarantine: Quarantine,
  signal: AbortSignal | undefined,
): Promise<Mended> {
  const { connection } = session;
  await dropCopy(connection, stream);
  const copy = await StreamCopy.begin(connection, stream);
  const kept: MendedEvent[] = [];
  const repaired = new RepairedStream(stream.name, (event) => kept.push(event), quarantine);
  const add = (): Promise<void> =>
    copy.add(kept.splice(0).map((event) => ({ ...event, stream: stream.name, id: idOf(event) })));
  let head = 0;
  for await (const piece of pieces(session, stream, signal)) {
    for (const { raw, row, checked } of piece) {
      head = row.seq;
      repaired.take(row, checked, raw);
    }
    await raiseAbove(session, piece);
    await add();
  }
  const mended = repaired.end();
  await add();
  quarantine.sync();
  if (!(await copy.takePlace(head))) throw busy(session, stream.name, 'somebody');
  return mended;
}

/** The id that an event says, for the column by which it is found. */
function idOf({ body, packed }: MendedEvent): string {
  const id: unknown = packed === null ? readEventText(body)?.id : parseStub(body)?.id;
  return typeof id === 'string' ? id : '';
}

/** The next epoch that is given must be above all that whole events say. */
async function raiseAbove({ connection }: UpkeepSession, piece: readonly Found[]): Promise<void> {
  const epochs = piece.map(({ checked }) => (checked.problem === undefined ? checked.epoch : 0));
  const most = Math.max(0, ...epochs.filter(Number.isSafeInteger));
  await raiseEpochs(connection, most);
}

async function* pieces(
  session: UpkeepSession,
  { id, name }: NumberedStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Found[]> {
  const { connection, atRest } = session;
  const hasKeys = atRest.ring !== undefined;
  let last = '-9223372036854775808';
  while (true) {
    const { rows } = await connection.query({
      name: 'mend-events',
      text: `SELECT id, ${EVENT_COLUMNS} FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT ${PIECE}`,
      values: [id, last],
    });
    const found = rows.map((raw) => ({
      raw,
      row: { ...toRow(raw), id: fromText(String(raw['id'])) },
    }));
    const bytes = found.map(({ row }) => row.packed);
    const packing = await packingToLook(connection, atRest, bytes);
    const looked = found.map(({ raw, row }) => ({
      raw,
      row,
      checked: checkEvent(row, name, packing, hasKeys),
    }));
    yield await withoutMissing(session, looked);
    if (rows.length < PIECE) return;
    last = String(rows.at(-1)?.['seq']);
    await breathe(signal);
  }
}

/** An event whose large value is gone is damaged too. */
async function withoutMissing(
  { connection }: UpkeepSession,
  found: readonly Found[],
): Promise<readonly Found[]> {
  const names = found.flatMap(({ checked }) => (checked.kind === 'erased' ? [] : checked.names));
  if (names.length === 0) return found;
  const { rows } = await connection.query({
    text: `SELECT given FROM unnest($1::text[]) given
      WHERE given !~ '^[0-9a-fA-F]{64}$' OR NOT EXISTS (SELECT FROM blob WHERE hash = decode(CASE WHEN given ~ '^[0-9a-fA-F]{64}$' THEN given ELSE '' END, 'hex'))`,
    values: [[...new Set(names)]],
  });
  const missing = new Set(rows.map(({ given }) => String(given)));
  return found.map((one) => {
    const { checked } = one;
    const gone = checked.kind === 'erased' ? undefined : checked.names.find((n) => missing.has(n));
    if (gone === undefined || checked.problem !== undefined) return one;
    return { ...one, checked: { ...checked, problem: `blob ${gone} is missing` } };
  });
}

async function requireUnheld(session: UpkeepSession, name: string): Promise<void> {
  const { rows } = await session.connection.query({
    text: 'SELECT holder FROM lease WHERE name = $1 AND holder IS NOT NULL AND until >= clock_timestamp()',
    values: [toText(name)],
  });
  const [row] = rows;
  if (row === undefined) return;
  const { name: holder, pid } = parseHolder(String(row['holder'])) ?? { name: 'somebody', pid: 0 };
  throw busy(session, name, `${holder} (process ${pid})`);
}

function busy({ atRest }: UpkeepSession, stream: string, holder: string): StoreError {
  return new StoreError(
    'store.busy',
    `${stream} of ${atRest.name} is damaged, and ${holder} works on it: end that first, and repair it then.`,
  );
}

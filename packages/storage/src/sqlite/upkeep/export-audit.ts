import { openBlob } from '../file/blob-table.ts';
import { type EventRow, toRow } from '../file/event-row.ts';
import { openEvent } from '../file/open-event.ts';
import { blobLine, eventLine, firstLine, lastLine } from './audit-lines.ts';
import { blobColumns } from './check-blobs.ts';
import { checkEvent } from './check-event.ts';
import { breathe, type LookedAt, openForUpkeep, type UpkeepOptions } from './open-for-upkeep.ts';
import { columnsOf } from './verify-file.ts';

const PIECE = 200;

/**
 * Every event of a journal as lines of JSON with what proves them, one stream behind the other: a reader checks them with
 * `checkAudit` and needs neither the store nor a key. With keys, what is sealed is written beside its sealed bytes in the
 * clear, large strings in lines of their own before the event that names them. Throws as `verifyFile` does; of what is damaged
 * it writes what is there, which then does not check.
 */
export async function* exportAudit(
  path: string,
  options: UpkeepOptions = {},
): AsyncGenerator<string> {
  using file = await openForUpkeep(path, options);
  const streams = file.database.prepare('SELECT id, name FROM stream ORDER BY id').all();
  const heads = streams.map(({ id, name }) => ({
    name: String(name),
    ...headOf(file, Number(id)),
  }));
  yield firstLine(heads);
  const said = new Set<string>();
  const all = heads.reduce((sum, { events }) => sum + events, 0);
  let done = 0;
  for (const { id, name } of streams) {
    for await (const row of rowsOf(file, Number(id), options)) {
      yield* linesOf(file, String(name), row, said);
      done++;
      if (done % PIECE === 0 || done === all) options.onProgress?.(done, all);
    }
  }
  yield lastLine(done);
}

function headOf(
  { database }: LookedAt,
  stream: number,
): { readonly events: number; readonly hash: string } {
  const row = database
    .prepare('SELECT seq, hash FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1')
    .get(stream);
  return { events: Number(row?.['seq'] ?? 0), hash: String(row?.['hash'] ?? '') };
}

async function* rowsOf(
  file: LookedAt,
  stream: number,
  { signal }: UpkeepOptions,
): AsyncGenerator<EventRow> {
  const page = file.database.prepare(
    `SELECT ${columnsOf(file)} FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ${PIECE}`,
  );
  let last = 0;
  while (true) {
    const rows = page.all(stream, last).map(toRow);
    yield* rows;
    last = rows.at(-1)?.seq ?? last;
    if (rows.length < PIECE) return;
    await breathe(signal);
  }
}

function* linesOf(
  file: LookedAt,
  stream: string,
  row: EventRow,
  said: Set<string>,
): Generator<string> {
  const { run, names, kind } = checkEvent(row, stream, file.packing, file.hasKeys);
  for (const name of names) {
    if (said.has(name)) continue;
    said.add(name);
    yield* linesOfBlob(file, name);
  }
  const place = { stream, run };
  const opened =
    row.packed === null || file.packing === undefined || kind === 'unopened'
      ? undefined
      : openEvent(file.packing, place, row);
  yield eventLine(stream, row, opened);
}

/** A large string: in the clear where that can be, else not at all. */
function* linesOfBlob(file: LookedAt, name: string): Generator<string> {
  const find = file.database.prepare(`SELECT ${blobColumns(file)} FROM blob WHERE hash = ?`);
  const row = find.get(Buffer.from(name, 'hex'));
  if (row === undefined) return;
  const bytes = file.packing === undefined ? row['bytes'] : openBlob(file.packing, name, row);
  if (!(bytes instanceof Uint8Array)) return;
  yield blobLine(name, bytes, row['data_key'] !== null);
}

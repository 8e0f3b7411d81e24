import { EVENT_COLUMNS, fromColumns } from '../file/event-row.ts';
import { isRefusal } from '../protocol.ts';
import { checkBlobs } from './check-blobs.ts';
import { checkFrame } from './check-frame.ts';
import { type FileReport, Problems, type StreamReport } from './file-report.ts';
import {
  breathe,
  type LookedAt,
  openForUpkeep,
  problemOf,
  tried,
  type UpkeepOptions,
} from './open-for-upkeep.ts';
import { RunSpans } from './run-spans.ts';
import { type CheckContext, StreamCheck } from './stream-check.ts';

/** Events that are looked at in one turn. */
const PIECE = 500;

/**
 * Goes through a whole journal and says whether all of it is what was written: the file's own structure, every event with its
 * place and hash, every large value, keys, and what is derived. Changes nothing, and works beside whoever writes. Throws
 * `StoreError` only where there is no journal to look at.
 */
export async function verifyFile(path: string, options: UpkeepOptions = {}): Promise<FileReport> {
  using file = await openForUpkeep(path, options);
  const problems = new Problems();
  checkFrame(file, problems);
  const names = new Set<string>();
  const spans = new RunSpans();
  const streams: StreamReport[] = [];
  const progress = progressOf(file, options);
  const walk = { file, problems, names, spans, progress, hasKeys: file.hasKeys };
  for (const stream of streamsIn(file, problems)) {
    streams.push(await checkStream(walk, stream, options));
  }
  spans.compare(file, problems);
  const blobs = await checkBlobs(file, problems, names, options.signal);
  const { list, count } = problems;
  return {
    path,
    isSound: count === 0,
    streams,
    problems: list,
    problemCount: count,
    blobs,
  };
}

interface Walk extends CheckContext {
  readonly file: LookedAt;
  readonly spans: RunSpans;
  readonly progress: (events: number) => void;
}

async function checkStream(
  walk: Walk,
  { id, name }: { readonly id: number; readonly name: string },
  { signal }: UpkeepOptions,
): Promise<StreamReport> {
  const { file, spans, progress } = walk;
  const check = new StreamCheck(name, walk);
  const page = file.database.prepareQuery(
    `SELECT ${columnsOf(file)} FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ${PIECE}`,
  );
  while (true) {
    const rows = tried(file.path, () => page.all(id, check.last).map(fromColumns));
    if (isRefusal(rows)) {
      check.fail(check.last + 1, `it and what follows cannot be read (${problemOf(rows)})`);
      break;
    }
    for (const row of rows) spans.note(check.see(row, file.packing), id, row);
    progress(rows.length);
    if (rows.length < PIECE) break;
    await breathe(signal);
  }
  return check.report();
}

function streamsIn(
  file: LookedAt,
  problems: Problems,
): readonly { readonly id: number; readonly name: string }[] {
  const rows = tried(file.path, () =>
    file.database.prepare('SELECT id, name FROM stream ORDER BY id').all(),
  );
  if (isRefusal(rows)) {
    problems.add({ of: 'file', what: `The streams cannot be read (${problemOf(rows)}).` });
    return [];
  }
  return rows.map(({ id, name }) => ({ id: Number(id), name: String(name) }));
}

/** The columns of events; files from before anything was packed lack one. */
export function columnsOf({ packing }: Pick<LookedAt, 'packing'>): string {
  return packing === undefined ? EVENT_COLUMNS.replace('packed', 'NULL AS packed') : EVENT_COLUMNS;
}

function progressOf(file: LookedAt, { onProgress }: UpkeepOptions): (events: number) => void {
  if (onProgress === undefined) return () => undefined;
  const counted = tried(file.path, () =>
    Number(file.database.prepare('SELECT count(*) AS n FROM event').get()?.['n'] ?? 0),
  );
  const all = isRefusal(counted) ? 0 : counted;
  let done = 0;
  return (events) => {
    done += events;
    onProgress(done, Math.max(all, done));
  };
}

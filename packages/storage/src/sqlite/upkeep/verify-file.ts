import { rowHash } from '../file/event-hash.ts';
import { EVENT_COLUMNS, type EventRow, toRow } from '../file/event-row.ts';
import { isRefusal } from '../protocol.ts';
import { checkBlobs } from './check-blobs.ts';
import { checkEvent } from './check-event.ts';
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
  for (const { id, name } of streamsIn(file, problems)) {
    streams.push(await checkStream({ file, id, name, problems, names, spans, progress }, options));
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

interface StreamCheck {
  readonly file: LookedAt;
  readonly id: number;
  readonly name: string;
  readonly problems: Problems;
  readonly names: Set<string>;
  readonly spans: RunSpans;
  readonly progress: (events: number) => void;
}

async function checkStream(check: StreamCheck, { signal }: UpkeepOptions): Promise<StreamReport> {
  const { file, id, name, problems, progress } = check;
  const state = { events: 0, goodTo: 0, hash: '', erased: 0, lost: 0, unopened: 0 };
  let last = 0;
  let before = '';
  let isGood = true;
  const fail = (seq: number, what: string): void => {
    isGood = false;
    problems.add({ of: 'event', what, stream: name, seq });
  };
  const page = file.database.prepare(
    `SELECT ${columnsOf(file)} FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ${PIECE}`,
  );
  while (true) {
    const rows = tried(file.path, () => page.all(id, last).map(toRow));
    if (isRefusal(rows)) {
      fail(last + 1, `it and what follows cannot be read (${problemOf(rows)})`);
      break;
    }
    for (const row of rows) {
      if (row.seq !== last + 1) fail(last + 1, `it is missing, up to seq ${row.seq - 1}`);
      const problem = checkRow(check, row, before, state);
      if (problem !== undefined) fail(row.seq, problem);
      if (isGood) {
        state.goodTo = row.seq;
        state.hash = row.hash;
      }
      before = row.hash;
      last = row.seq;
      state.events++;
    }
    progress(rows.length);
    if (rows.length < PIECE) break;
    await breathe(signal);
  }
  return { name, ...state };
}

function checkRow(
  { file, name, names, spans, id }: StreamCheck,
  row: EventRow,
  before: string,
  counts: { erased: number; lost: number; unopened: number },
): string | undefined {
  const checked = checkEvent(row, name, file.packing, file.hasKeys);
  for (const each of checked.names) names.add(each);
  spans.note(checked, id, row);
  if (checked.kind !== 'open') counts[checked.kind]++;
  if (rowHash(before, { ...row, stream: name }) !== row.hash) {
    return (
      checked.problem ?? 'its hash does not follow from the one before it and from its content'
    );
  }
  return checked.problem;
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

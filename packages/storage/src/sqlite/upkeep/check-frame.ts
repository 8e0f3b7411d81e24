import type { SqliteRow } from '../driver.ts';
import { LeaseTable } from '../file/lease-table.ts';
import { snapshotPlace, snapshotSum } from '../file/snapshot-table.ts';
import { hiddenCommits } from '../pages/hidden-commits.ts';
import { isRefusal } from '../protocol.ts';
import type { FileProblem, Problems } from './file-report.ts';
import { knownTables, tablesOf } from './known-tables.ts';
import { type LookedAt, problemOf, tried } from './open-for-upkeep.ts';

/** Looks at all of a file but its events and large values. */
export function checkFrame(file: LookedAt, problems: Problems): void {
  for (const check of [structure, schema, log, meta, lease, snapshots, keys]) {
    const found = tried(file.path, () => [...check(file)]);
    if (isRefusal(found)) {
      problems.add({ of: 'file', what: `The file's structure is damaged (${problemOf(found)}).` });
    } else for (const problem of found) problems.add(problem);
  }
}

/** Whether what leads to the rows of a file can be trusted: its pages, its tables, and the log beside it. */
export function isFrameSound(file: LookedAt): boolean {
  const found = tried(file.path, () =>
    [structure, schema, log].some((check) => check(file).next().done !== true),
  );
  return found === false;
}

/** SQLite's own check: pages, order, indexes against tables. */
function* structure({ database }: LookedAt): Generator<FileProblem> {
  for (const row of database.prepare('PRAGMA integrity_check(20)').all()) {
    const said = String(Object.values(row)[0]);
    if (said !== 'ok') yield { of: 'file', what: said };
  }
}

/** The tables must be those that this code makes. */
function* schema({ database, version, openEmpty }: LookedAt): Generator<FileProblem> {
  const expected = new Set(knownTables(version, openEmpty).tables);
  for (const table of tablesOf(database)) {
    if (!expected.delete(table)) {
      yield { of: 'file', what: `The file has an unknown part: ${table}` };
    }
  }
  for (const table of expected) yield { of: 'file', what: `The file lacks a part: ${table}` };
}

/** What SQLite does not say: it takes all behind a damaged place of the log for the rest of a torn commit. */
function* log({ path }: LookedAt): Generator<FileProblem> {
  const hidden = hiddenCommits(path);
  if (hidden !== undefined) yield { of: 'file', what: `${path}-wal is damaged, and ${hidden}` };
}

function* meta({ database, version, openEmpty }: LookedAt): Generator<FileProblem> {
  const rows = database.prepare('SELECT key, value FROM meta').all();
  const [row] = rows;
  const { minWriter } = knownTables(version, openEmpty);
  const isKnown = row?.['key'] === 'min_writer' && row['value'] === minWriter;
  if (rows.length !== 1 || !isKnown)
    yield { of: 'file', what: 'What it says of its writer is damaged.' };
}

function* lease({ database, path }: LookedAt): Generator<FileProblem> {
  const held = new LeaseTable(database, path).read();
  if (isRefusal(held)) yield { of: 'lease', what: held.message };
}

function* snapshots({ database, packing }: LookedAt): Generator<FileProblem> {
  if (packing === undefined) return;
  for (const row of database.prepare('SELECT * FROM snapshot').all()) {
    const name = `the snapshot of ${row['stream']} (version ${row['fold_version']})`;
    if (!isWholeSnapshot(row)) yield { of: 'derived', what: `${name} is changed` };
  }
}

/** Whether a snapshot is what was written; of those from before there were sums, nobody can say. */
export function isWholeSnapshot(row: SqliteRow): boolean {
  const { stream, fold_version: version, seq, body, packed, sum } = row;
  if (sum === null) return packed === null;
  const place = snapshotPlace(String(stream), Number(version), Number(seq));
  const bytes = packed instanceof Uint8Array ? packed : null;
  return sum instanceof Uint8Array && snapshotSum(place, String(body), bytes).equals(sum);
}

function* keys({ database, packing, hasKeys }: LookedAt): Generator<FileProblem> {
  if (packing === undefined || !hasKeys) return;
  const rows = database.prepare('SELECT id, owner FROM data_key WHERE wrapped IS NOT NULL').all();
  for (const { id, owner } of rows) {
    if (packing.keys.byId(Number(id)) === undefined) {
      yield {
        of: 'key',
        what: `The data key of ${owner} does not open with the keys that were given.`,
      };
    }
  }
}

import { StoreError } from '@overseer/core/plugin';
import type { FileProblem } from '../sqlite/upkeep/file-report.ts';
import type { Connection } from './connection.ts';
import { requireCurrent } from './migrate.ts';
import { newestPart } from './newest-part.ts';
import { MIGRATIONS, WRITER_VERSION } from './schema.ts';

/** What each of these must say in a schema of this version. */
const EXPECTED: ReadonlyMap<string, number> = new Map([
  ['version', MIGRATIONS.length],
  ['min_writer', WRITER_VERSION],
]);

/** What else there may be: when somebody compacted last, that somebody shall soon, and what was damaged then. */
const OTHERS = /^(compacted|look_again|damaged .*)$/s;

/**
 * Refuses what cannot be read as it is, and changes nothing. Goes by the tables where `meta` says less than they are, so that somebody
 * can say so. Throws as `requireCurrent` does, and `StoreError` `store.corrupt` where `meta` says more than they are.
 */
export async function requireReadable(connection: Connection, name: string): Promise<void> {
  const values = await readMeta(connection);
  const version = values.get('version') ?? 0;
  const minWriter = values.get('min_writer') ?? 0;
  const isNewer = version > MIGRATIONS.length || minWriter > WRITER_VERSION;
  const isCurrent = await hasNewestPart(connection);
  if (isCurrent && !isNewer) return;
  await requireCurrent(connection, name);
  throw new StoreError(
    'store.corrupt',
    `${name} is damaged: it says that it is of version ${version}, and has no ${newestPart().join('.')}. Restore the database from a backup.`,
  );
}

/** What is wrong with what a schema says of itself, whose tables are those of this version. */
export async function metaProblems(connection: Connection): Promise<readonly FileProblem[]> {
  const values = await readMeta(connection);
  const problems = [...EXPECTED]
    .filter(([key, expected]) => values.get(key) !== expected)
    .map(([key, expected]) => told(key, `says ${values.get(key) ?? 'nothing'}, not ${expected}`));
  if (!((values.get('compacted') ?? -1) >= 0)) {
    problems.push(told('compacted', `says ${values.get('compacted') ?? 'nothing'}, not a time`));
  }
  for (const key of values.keys()) {
    if (!EXPECTED.has(key) && !OTHERS.test(key)) problems.push(told(key, 'is not known'));
  }
  return problems;
}

/** Has a schema say of itself again what its tables are; one that is newer, or older, is left alone. */
export async function mendMeta(connection: Connection): Promise<void> {
  const values = await readMeta(connection);
  const isNewer = [...EXPECTED].some(([key, expected]) => (values.get(key) ?? 0) > expected);
  if (isNewer || !(await hasNewestPart(connection))) return;
  for (const [key, value] of [...EXPECTED, ['compacted', 0] as const]) {
    const isRight = key === 'compacted' ? (values.get(key) ?? -1) >= 0 : values.get(key) === value;
    if (isRight) continue;
    await connection.query({
      text: 'INSERT INTO meta VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      values: [key, value],
    });
  }
}

async function readMeta(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const { rows } = await connection.query('SELECT key, value FROM meta');
  return new Map(rows.map(({ key, value }) => [String(key), Number(value)]));
}

/** Whether the last change of the schema was made. */
async function hasNewestPart(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query({
    text: `SELECT FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped`,
    values: [...newestPart()],
  });
  return rows.length > 0;
}

function told(key: string, what: string): FileProblem {
  return { of: 'file', what: `What the schema says of itself is damaged: ${key} ${what}.` };
}

import type { SqliteDatabase } from '../driver.ts';
import { readPragma } from '../file/pragma.ts';
import { APPLICATION_ID, MIGRATIONS, WRITER_VERSION } from '../file/schema.ts';
import type { Refusal } from '../protocol.ts';

/** What a version of the schema consists of. */
export interface KnownTables {
  /** Every table and index, as one line each. */
  readonly tables: ReadonlySet<string>;
  /** The least writer that it asks for. */
  readonly minWriter: number;
}

/** What a file of a version of the schema consists of. */
export function knownTables(version: number, openEmpty: () => SqliteDatabase): KnownTables {
  const empty = openEmpty();
  try {
    for (const sql of MIGRATIONS.slice(0, version)) empty.exec(sql);
    return { tables: new Set(tablesOf(empty)), minWriter: minWriterOf(empty) };
  } finally {
    empty.close();
  }
}

/** What a file consists of, as `KnownTables` has it. */
export function tablesOf(database: SqliteDatabase): readonly string[] {
  const rows = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema').all();
  return rows.map((row) => Object.values(row).map(String).join(' '));
}

/**
 * Why a file that says that it is newer, empty, or of another program is a damaged one of this version or an older one: its tables are. `undefined`
 * where it may be what it says. A newer one with tables of old says twice that it is newer.
 */
export function whyDamaged(
  database: SqliteDatabase,
  path: string,
  openEmpty: () => SqliteDatabase,
): Refusal | undefined {
  const version = Number(readPragma(database, 'user_version'));
  const application = Number(readPragma(database, 'application_id'));
  const isNewer = version > MIGRATIONS.length && minWriterOf(database) > WRITER_VERSION;
  const found = tablesOf(database);
  const isKnown = MIGRATIONS.some((_, at) => {
    const { tables } = knownTables(at + 1, openEmpty);
    return tables.size === found.length && found.every((table) => tables.has(table));
  });
  if (isNewer || !isKnown) return undefined;
  const said =
    application === APPLICATION_ID
      ? `it says that it is of version ${version} for writer ${minWriterOf(database)}`
      : 'it says that it is of another program';
  return {
    refused: 'store.corrupt',
    message: `${path} is damaged: ${said}, and its tables are those of this Overseer. Run "overseer repair", which leaves it as it is, or restore it from a backup.`,
  };
}

function minWriterOf(database: SqliteDatabase): number {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'min_writer'").get();
  return Number(row?.['value']);
}

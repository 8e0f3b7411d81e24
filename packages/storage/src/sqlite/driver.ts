/** What a column holds. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A row by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** A prepared statement. Throws the driver's own errors, which carry SQLite's result code. */
export interface SqliteStatement {
  run(...values: SqliteValue[]): SqliteChange;
  get(...values: SqliteValue[]): SqliteRow | undefined;
  all(...values: SqliteValue[]): readonly SqliteRow[];
}

/** What a statement changed. */
export interface SqliteChange {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** An open database. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** Opens a database file for reading and writing; works synchronously, in the writer's thread. */
export type OpenDatabase = (path: string) => SqliteDatabase;

/** A module that the writer's thread can load as its driver. */
export interface SqliteDriver {
  readonly openDatabase: OpenDatabase;
}

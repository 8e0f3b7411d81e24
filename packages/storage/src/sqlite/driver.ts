/** What a column holds. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A row by the names of its columns. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** A prepared statement. Throws the driver's own errors, which carry SQLite's result code. */
export interface SqliteStatement {
  /** Runs it for its effect. */
  run(...values: SqliteValue[]): SqliteChange;
  /** The first row, if any. */
  get(...values: SqliteValue[]): SqliteRow | undefined;
  /** Every row. */
  all(...values: SqliteValue[]): readonly SqliteRow[];
}

/** A prepared query that gives values without their names. */
export interface SqliteQuery {
  /** Every row, as the values of its columns in the order in which the query names them. */
  all(...values: SqliteValue[]): readonly (readonly SqliteValue[])[];
}

/** What a statement changed. */
export interface SqliteChange {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** An open database. */
export interface SqliteDatabase {
  /** Runs statements without values; their rows are dropped. */
  exec(sql: string): void;
  /** Compiles one statement for any number of uses. */
  prepare(sql: string): SqliteStatement;
  /** Compiles a query of many rows: without the names of their columns they take less than half of the time. */
  prepareQuery(sql: string): SqliteQuery;
  /** Lets go of the file. */
  close(): void;
}

/** Opens a database file for reading and writing; works synchronously, in the writer's thread. */
export type OpenDatabase = (path: string) => SqliteDatabase;

/** A module that the writer's thread can load as its driver. */
export interface SqliteDriver {
  readonly openDatabase: OpenDatabase;
}

import { StoreError } from '@overseer/core/plugin';

/** A row by the names of its columns, as the driver reads them: `bigint` comes as text. */
export type PgRow = Readonly<Record<string, unknown>>;

/** What a statement gave. */
export interface PgResult {
  readonly rows: readonly PgRow[];
  readonly rowCount: number | null;
}

/** A statement that the server keeps prepared under its name. */
export interface PgStatement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** What the server says beside an answer. */
export interface PgNotice {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
}

/** The part of a `pg` client that the store needs. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(statement: PgStatement | string): Promise<PgResult>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notice', listener: (notice: PgNotice) => void): unknown;
  on(
    event: 'notification',
    listener: (message: { readonly channel: string; readonly payload?: string }) => void,
  ): unknown;
  /** As long as nothing is asked, a connection keeps no process alive. */
  ref(): void;
  unref(): void;
  /** What the server named this connection by when it began. */
  readonly processID: number | null;
  readonly connection: { readonly stream: { destroy(): unknown } };
}

/** How a `pg` client is made. */
export interface PgClientOptions {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly ssl?: unknown;
}

/** Makes a client that is not connected yet. */
export type MakePgClient = (options: PgClientOptions) => PgClient;

/** Loads the driver. Throws `StoreError` `store.unreachable` where it is not installed. */
export async function loadPg(): Promise<MakePgClient> {
  try {
    const { default: pg } = await import('pg');
    // Its types know more of a client than is asked for here, and leave out `processID`.
    return (options) => new pg.Client(options as object) as unknown as PgClient;
  } catch (error) {
    throw missing(error);
  }
}

function missing(cause: unknown): StoreError {
  return new StoreError(
    'store.unreachable',
    'The package pg, which talks to PostgreSQL, is not there: run "npm install pg" beside @overseer/storage.',
    { cause },
  );
}

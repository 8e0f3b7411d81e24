import type { PgClient, PgResult, PgStatement } from './pg-client.ts';

/** The code of the error of a server that did not answer in time. */
export const SILENT = 'SILENT';

/** How long the answer of a statement may come later than the server's own limit, in ms. */
const GRACE_MS = 1_000;

/** One session of the database. Once it is broken it stays so, and every later statement is refused. */
export class Connection {
  readonly #client: PgClient;
  #timeoutMs: number;
  #broken: Error | undefined;
  #ended = false;
  #breakOff: ((error: Error) => void) | undefined;
  #unreplicated = false;

  constructor(client: PgClient, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    client.on('error', (error) => this.break(error));
    client.on('end', () => this.break(new Error('Connection terminated')));
    client.on('notice', ({ severity, message }) => {
      // A commit whose wait for the standby was cancelled is told as done.
      if (severity === 'WARNING' && /synchronous replication/.test(message ?? '')) {
        this.#unreplicated = true;
      }
    });
  }

  /** Why it cannot be used any more. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Asks one thing at a time. Rejects with the driver's errors; a server that does not answer breaks the session. */
  async query(statement: PgStatement | string): Promise<PgResult> {
    const answer = await this.queryAll(statement);
    // Of several statements in one text, the last is what was asked.
    return Array.isArray(answer) ? (answer.at(-1) as PgResult) : (answer as PgResult);
  }

  /**
   * From now on a statement may take as long as it does, until what this gives is disposed of. That the server is alive is then told
   * by keepalives alone.
   */
  takeTime(): Disposable {
    const before = this.#timeoutMs;
    this.#timeoutMs = Number.POSITIVE_INFINITY;
    return {
      [Symbol.dispose]: () => {
        this.#timeoutMs = before;
      },
    };
  }

  /** Calls back with what is notified on a channel, from the moment at which this resolves. */
  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#client.on('notification', (message) => {
      if (message.channel === channel) heard(message.payload ?? '');
    });
    await this.query(`LISTEN "${channel}"`);
  }

  /** As `query`, with an answer for each of several statements in one text. */
  async queryAll(statement: PgStatement | string): Promise<PgResult | readonly PgResult[]> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#client.ref();
    const timer = this.#breakLater();
    const broken = new Promise<never>((_, reject) => {
      this.#breakOff = reject;
    });
    try {
      const answer = await Promise.race([this.#client.query(statement), broken]);
      if (this.#unreplicated) {
        // Whether the commit outlives a failover is unknown, as when the connection is lost in it.
        const problem = 'the wait for the standby was cut short';
        this.break(Object.assign(new Error(problem), { code: SILENT }));
      }
      if (this.#broken !== undefined) throw this.#broken;
      return answer;
    } finally {
      clearTimeout(timer);
      this.#breakOff = undefined;
      if (this.#broken === undefined) this.#client.unref();
    }
  }

  /** Gives up a server that does not answer in time. */
  #breakLater(): NodeJS.Timeout | undefined {
    if (!Number.isFinite(this.#timeoutMs)) return undefined;
    const ms = this.#timeoutMs + GRACE_MS;
    return setTimeout(() => {
      this.break(Object.assign(new Error(`no answer within ${ms} ms`), { code: SILENT }));
    }, ms);
  }

  /** Never to be used again. */
  break(error: Error): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#breakOff?.(error);
    if (!this.#ended) this.#client.connection.stream.destroy();
  }

  /** Says goodbye to the server. Never rejects. */
  async end(): Promise<void> {
    if (this.#broken !== undefined) return;
    this.#ended = true;
    this.#broken = new Error('Connection terminated: it was closed');
    this.#client.ref();
    await this.#client.end().catch(() => undefined);
  }
}

import { isAlive } from '@overseer/core/plugin';
import type { LeaseAnswer, LeaseHolder } from '@overseer/core/spec';
import { advisoryKey } from './advisory-key.ts';
import type { Connection } from './connection.ts';
import { parseHolder } from './held-leases.ts';
import { toText } from './names.ts';
import { type Patience, persist } from './patience.ts';
import { processSpace } from './process-space.ts';
import type { Session } from './session.ts';
import { SESSIONS_SINCE } from './sessions-since.ts';

/** A lease as its row has it. */
interface Found {
  readonly holder: LeaseHolder | undefined;
  readonly since: number;
  /** Anybody may take it. */
  readonly free: boolean;
}

/**
 * Takes and renews leases through a session of its own. Beside the row, which decides, the session holds an advisory lock for each
 * of its leases: where that is free although the row says that it was taken, the holder's process is gone, and nobody has to
 * wait. A holder that stands still keeps its lock, and there only time helps.
 */
export class LeaseSession {
  readonly #session: Session;
  readonly #patience: Patience;
  readonly #schema: string;
  readonly #leaseMs: number;
  /** The names whose lock the session holds, as long as it is that session. */
  readonly #locked = new Set<string>();
  #lockedBy: Connection | undefined;
  /** The epochs at which leases were taken here last. */
  readonly #epochs = new Map<string, number>();

  constructor(session: Session, patience: Patience, schema: string, leaseMs: number) {
    this.#session = session;
    this.#patience = patience;
    this.#schema = schema;
    this.#leaseMs = leaseMs;
  }

  /** Takes a lease unless its holder lives. */
  acquire(name: string, holder: LeaseHolder): Promise<LeaseAnswer> {
    return this.#work((connection) => this.#acquire(connection, name, holder));
  }

  /** Its holder lives; `false` when the epoch is no longer current. */
  renew(name: string, epoch: number): Promise<boolean> {
    return this.#work(async (connection) => {
      const isLocked = await this.#lock(connection, name);
      const { rowCount } = await connection.query({
        name: 'renew-lease',
        text: `UPDATE lease SET until = clock_timestamp() + $3 * interval '1 ms',
            locked = CASE WHEN $4::boolean THEN ${SESSIONS_SINCE} END
          WHERE name = $1 AND epoch = $2 AND holder IS NOT NULL`,
        values: [toText(name), epoch, this.#leaseMs, isLocked],
      });
      if (rowCount === 1) return true;
      await this.#unlock(connection, name);
      return false;
    });
  }

  /** A lease was given back: its lock goes too, unless it was taken again meanwhile. */
  forget(name: string, epoch: number): Promise<void> {
    return this.#session.use(async (connection) => {
      if (this.#epochs.get(name) !== epoch) return;
      this.#epochs.delete(name);
      await this.#unlock(connection, name);
    });
  }

  async #acquire(connection: Connection, name: string, holder: LeaseHolder): Promise<LeaseAnswer> {
    const hadLock = this.#hasLock(connection, name);
    const isLocked = await this.#lock(connection, name);
    const gotLock = isLocked && !hadLock;
    const seen = await this.#look(connection, name, gotLock, '');
    if (seen !== undefined && !seen.free) return await this.#busy(connection, name, seen, gotLock);
    await connection.query('BEGIN');
    try {
      await connection.query({
        text: 'INSERT INTO lease (name) VALUES ($1) ON CONFLICT DO NOTHING',
        values: [toText(name)],
      });
      const found = await this.#look(connection, name, gotLock, 'FOR UPDATE');
      if (found === undefined || !found.free) {
        await connection.query('ROLLBACK');
        return await this.#busy(connection, name, found, gotLock);
      }
      const { rows } = await connection.query({
        text: `UPDATE lease SET epoch = nextval('lease_epoch'), holder = $2, space = $3,
            since = clock_timestamp(), until = clock_timestamp() + $4 * interval '1 ms',
            locked = CASE WHEN $5::boolean THEN ${SESSIONS_SINCE} END
          WHERE name = $1 RETURNING epoch`,
        values: [toText(name), JSON.stringify(holder), processSpace(), this.#leaseMs, isLocked],
      });
      await connection.query('COMMIT');
      const from = found.holder;
      const epoch = Number(rows[0]?.['epoch']);
      this.#epochs.set(name, epoch);
      return { kind: 'held', epoch, ...(from === undefined ? {} : { from }) };
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #look(
    connection: Connection,
    name: string,
    gotLock: boolean,
    lock: '' | 'FOR UPDATE',
  ): Promise<Found | undefined> {
    const { rows } = await connection.query({
      text: `SELECT holder, space, floor(extract(epoch FROM since) * 1000) AS since,
          until < clock_timestamp() AS over,
          coalesce(locked = ${SESSIONS_SINCE}, false) AS locked_here
        FROM lease WHERE name = $1 ${lock}`,
      values: [toText(name)],
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    const text = row['holder'];
    const holder = typeof text === 'string' ? parseHolder(text) : undefined;
    const isGone = gotLock && row['locked_here'] === true;
    const isSeen = row['space'] !== '' && row['space'] === processSpace();
    const isDead = holder !== undefined && isSeen && !isAlive(holder);
    const free = text === null || row['over'] === true || isGone || isDead;
    return { holder, since: Number(row['since']), free };
  }

  async #busy(
    connection: Connection,
    name: string,
    found: Found | undefined,
    gotLock: boolean,
  ): Promise<LeaseAnswer> {
    if (gotLock) await this.#unlock(connection, name);
    const holder = found?.holder ?? { name: '?', pid: 0, bootId: '', processStart: '' };
    return { kind: 'busy', holder, since: found?.since ?? 0 };
  }

  /** Whether the session has the lock of a name, which it tries to get. */
  async #lock(connection: Connection, name: string): Promise<boolean> {
    if (this.#hasLock(connection, name)) return true;
    const { rows } = await connection.query({
      name: 'try-lock',
      text: 'SELECT pg_try_advisory_lock($1) AS got',
      values: [advisoryKey('lease', this.#schema, name)],
    });
    if (rows[0]?.['got'] !== true) return false;
    this.#locked.add(name);
    return true;
  }

  async #unlock(connection: Connection, name: string): Promise<void> {
    if (!this.#hasLock(connection, name)) return;
    this.#locked.delete(name);
    await connection.query({
      text: 'SELECT pg_advisory_unlock($1)',
      values: [advisoryKey('lease', this.#schema, name)],
    });
  }

  /** A new session has no locks. */
  #hasLock(connection: Connection, name: string): boolean {
    if (connection !== this.#lockedBy) this.#locked.clear();
    this.#lockedBy = connection;
    return this.#locked.has(name);
  }

  #work<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return persist(this.#patience, () => this.#session.use(work));
  }
}

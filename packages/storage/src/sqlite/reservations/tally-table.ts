import type { ReservationWant, ReservationWindow } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';

/** A time that is earlier than the last one by more than this tells of a clock that was set back. */
const SET_BACK_MS = 30_000;

/** How long an idle limit on places is remembered. */
const IDLE_MS = 86_400_000;

/** Limits of which nothing counts any more that are cleared away at once. */
const CLEARED = 4;

/** What counts in one limit, or in one period of it. */
export interface Tally {
  readonly id: number;
  readonly window: ReservationWindow;
  readonly used: number;
  readonly lastAt: number;
}

/** What counts in each limit. */
export class TallyTable {
  readonly #find: SqliteStatement;
  readonly #create: SqliteStatement;
  readonly #update: SqliteStatement;
  readonly #setBack: SqliteStatement;
  readonly #oldSum: SqliteStatement;
  readonly #deleteOld: SqliteStatement;
  readonly #fits: SqliteStatement;
  readonly #over: SqliteStatement;
  readonly #deleteTally: SqliteStatement;
  readonly #deleteCharges: SqliteStatement;

  constructor(database: SqliteDatabase) {
    const prepare = (sql: string): SqliteStatement => database.prepare(sql);
    this.#find = prepare('SELECT id, used, window_ms, last_at FROM tally WHERE key = ?');
    this.#create = prepare(
      'INSERT INTO tally (key, kind, window_ms, used, last_at, over_at) VALUES (?, ?, ?, 0, ?, ?) RETURNING id',
    );
    this.#update = prepare(
      'UPDATE tally SET used = ?, window_ms = ?, last_at = ?, over_at = ? WHERE id = ?',
    );
    this.#setBack = prepare('UPDATE charge SET at = ? WHERE tally = ? AND at > ?');
    this.#oldSum = prepare('SELECT sum(amount) AS sum FROM charge WHERE tally = ? AND at <= ?');
    this.#deleteOld = prepare('DELETE FROM charge WHERE tally = ? AND at <= ?');
    this.#fits = prepare(
      'SELECT at FROM (SELECT at, sum(amount) OVER (ORDER BY at, id) AS sum FROM charge WHERE tally = ?) WHERE sum >= ? LIMIT 1',
    );
    this.#over = prepare(
      "SELECT id FROM tally WHERE over_at <= ? AND (kind <> 'places' OR used = 0) LIMIT ?",
    );
    this.#deleteTally = prepare('DELETE FROM tally WHERE id = ?');
    this.#deleteCharges = prepare('DELETE FROM charge WHERE tally = ?');
  }

  /** What counts for a want, made where it is asked for first. Where the clock was set back, all that comes later counts as of now. */
  of({ limit, window }: ReservationWant, nowMs: number): Tally {
    const key = window.kind === 'period' ? `${limit} from ${window.startAt}` : limit;
    const row = this.#find.get(key);
    if (row === undefined) {
      const overAt = overAtOf(window, nowMs);
      const made = this.#create.get(key, window.kind, windowMsOf(window), nowMs, overAt);
      return { id: Number(made?.['id']), window, used: 0, lastAt: nowMs };
    }
    const id = Number(row['id']);
    const lastAt = Number(row['last_at']);
    const used = Number(row['used']);
    const windowMs = Math.max(windowMsOf(window), Number(row['window_ms']));
    const widest = window.kind === 'rolling' ? { ...window, windowMs } : window;
    if (nowMs >= lastAt - SET_BACK_MS) return { id, window: widest, used, lastAt };
    this.#setBack.run(nowMs, id, nowMs);
    return { id, window: widest, used, lastAt: nowMs };
  }

  /** The same at `at`, without what counts no more then; to be written. */
  at(tally: Tally, at: number): Tally {
    const { id, window, used } = tally;
    if (window.kind !== 'rolling') return { ...tally, lastAt: at };
    const sum = this.#oldSum.get(id, at - window.windowMs)?.['sum'] ?? null;
    if (sum !== null) this.#deleteOld.run(id, at - window.windowMs);
    return { ...tally, lastAt: at, used: used - Number(sum ?? 0) };
  }

  /** Writes a tally as it is now. */
  write({ id, window, used, lastAt }: Tally): void {
    this.#update.run(used, windowMsOf(window), lastAt, overAtOf(window, lastAt), id);
  }

  /** When so much counts no more, if nothing else is charged; `undefined` where nobody knows. */
  fitsAt({ id, window }: Tally, excess: number): number | undefined {
    if (window.kind === 'places') return undefined;
    if (window.kind === 'period') return window.endAt;
    const at = this.#fits.get(id, excess)?.['at'];
    return at === undefined ? undefined : Number(at) + window.windowMs;
  }

  /** Clears some limits away of which nothing counts at `at`. */
  clear(at: number): void {
    for (const { id = null } of this.#over.all(at - SET_BACK_MS, CLEARED)) {
      this.#deleteCharges.run(id);
      this.#deleteTally.run(id);
    }
  }
}

function windowMsOf(window: ReservationWindow): number {
  return window.kind === 'rolling' ? window.windowMs : 0;
}

function overAtOf(window: ReservationWindow, lastAt: number): number {
  if (window.kind === 'period') return window.endAt;
  return lastAt + (window.kind === 'rolling' ? window.windowMs : IDLE_MS);
}

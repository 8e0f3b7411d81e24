import type { SqliteDatabase } from '../driver.ts';
import type { EventTables } from './event-table.ts';
import { dropOldSnapshots } from './old-snapshots.ts';
import type { SnapshotTable } from './snapshot-table.ts';
import { SweepRound } from './sweep-round.ts';

/** Values that are remembered as put lately; with more, looking begins anew. */
const MOST_YOUNG = 10_000;

/** What compacting needs of the file around it. */
export interface CompactionHost {
  readonly database: SqliteDatabase;
  readonly tables: EventTables;
  readonly snapshots: SnapshotTable;
  /** How old a value must be that nothing names, in ms. */
  readonly afterMs: number;
  /**
   * Does work in one transaction, if this file's lease is held here, and gives how many bytes it let go; `false` where it was not
   * done. Calls `startAnew` first where another process wrote.
   */
  readonly transact: (work: () => number) => boolean;
}

/**
 * Removes what no event and no snapshot names any more, and snapshots that newer versions took the place of: in turns of a few
 * ms, for whoever has nothing else to do. A value may be put before the event that names it, so that only those go that
 * were there for a while. What others write makes all that was found out void.
 */
export class Compaction {
  readonly #host: CompactionHost;
  /** Values up to this number were there at that time. */
  #mark: { readonly id: number; readonly atMs: number } | undefined;
  /** Names of values that were put since. */
  readonly #young = new Set<string>();
  #round: SweepRound | undefined;
  /** Values up to this number are named, for good. */
  #sweptTo = 0;
  /** From here on there may be values that were only spared, for having been put lately. */
  #sparedFrom = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(host: CompactionHost) {
    this.#host = host;
  }

  /** A value was put by itself, whether it was there or not; its event is still to come. */
  keep(names: readonly string[]): void {
    if (this.#young.size >= MOST_YOUNG) this.startAnew();
    for (const name of names) this.#young.add(name);
    this.#round?.spare(names);
  }

  /** A run was erased: what it named may be named by nothing now. */
  lookAgain(): void {
    this.startAnew();
    this.#sweptTo = 0;
  }

  /** Nothing that was found out counts any more. */
  startAnew(): void {
    this.#mark = undefined;
    this.#round = undefined;
    this.#young.clear();
  }

  /** Works for one turn; `more` where there is more to do at once. `nowMs` goes on evenly. Throws SQLite's errors. */
  step(nowMs: number): 'more' | 'rest' {
    if (this.#isStopped) return 'rest';
    if (this.#mark === undefined) {
      this.#begin(nowMs);
      return 'rest';
    }
    if (nowMs - this.#mark.atMs < this.#host.afterMs) return 'rest';
    this.#round ??= this.#nextRound(this.#mark.id);
    if (this.#round === undefined) {
      this.#end(nowMs);
      return 'rest';
    }
    this.#work(this.#round);
    return this.#isStopped || this.#mark === undefined ? 'rest' : 'more';
  }

  #begin(nowMs: number): void {
    const id = this.#newest();
    this.#mark = { id, atMs: nowMs };
    this.#sweptTo = Math.min(this.#sweptTo, this.#sparedFrom, id);
    this.#sparedFrom = Number.POSITIVE_INFINITY;
    this.#young.clear();
  }

  #newest(): number {
    const row = this.#host.database.prepare('SELECT max(id) AS id FROM blob').get();
    return Number(row?.['id'] ?? 0);
  }

  #nextRound(to: number): SweepRound | undefined {
    const { database, tables, snapshots } = this.#host;
    const round = SweepRound.begin(database, tables, snapshots, { after: this.#sweptTo, to });
    round?.spare(this.#young);
    return round;
  }

  #work(round: SweepRound): void {
    const state = round.mark();
    if (state === 'damaged') this.#isStopped = true;
    if (state !== 'marked') return;
    if (round.left > 0) {
      const isDone = this.#host.transact(() => (this.#round === round ? round.remove().bytes : 0));
      if (!isDone) this.startAnew();
      if (!isDone || this.#round !== round) return;
    }
    if (round.left > 0) return;
    if (this.#young.size > 0) this.#sparedFrom = Math.min(this.#sparedFrom, this.#sweptTo);
    // Numbers of values that went are given again, at once.
    this.#sweptTo = Math.min(round.last, this.#newest());
    this.#round = undefined;
  }

  #end(nowMs: number): void {
    const { database, transact } = this.#host;
    if (dropOldSnapshots(database, 'count') > 0) transact(() => dropOldSnapshots(database, 'drop'));
    this.#begin(nowMs);
  }
}

import { statSync } from 'node:fs';
import type { ReservationAnswer, ReservationRequest, ReservationWant } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { openAs } from '../file/open-file.ts';
import type { OpenFileOptions } from '../file/open-file-options.ts';
import { isRefusal, type Refusal } from '../protocol.ts';
import { ChargeTable } from './charge-table.ts';
import { MemberTable } from './member-table.ts';
import type { Operation, Outcome } from './protocol.ts';
import { RESERVATIONS } from './schema.ts';
import { type Tally, TallyTable } from './tally-table.ts';
import { WaiterTable } from './waiter-table.ts';

/** An open file with what is done in it. */
interface Opened {
  readonly database: SqliteDatabase;
  /** Tells the file from another one that was put in its place. */
  readonly identity: string;
  readonly begin: SqliteStatement;
  readonly commit: SqliteStatement;
  readonly members: MemberTable;
  readonly tallies: TallyTable;
  readonly charges: ChargeTable;
  readonly waiters: WaiterTable;
}

type Wait = Extract<ReservationAnswer, { kind: 'wait' }>;

/**
 * A file of shared limits. Nothing of it is kept in memory, so that after a commit that failed it is opened anew, and what it says
 * then is true.
 */
export class ReservationsFile {
  readonly #options: OpenFileOptions;
  #opened: Opened | undefined;

  constructor(options: OpenFileOptions) {
    this.#options = options;
  }

  /** Opens the file, making it when it is not there. Never throws. */
  open(): Refusal | undefined {
    if (this.#opened !== undefined) return undefined;
    const database = openAs(RESERVATIONS, this.#options);
    if (isRefusal(database)) return database;
    try {
      this.#opened = {
        database,
        identity: identityOf(this.#options.path),
        begin: database.prepare('BEGIN IMMEDIATE'),
        commit: database.prepare('COMMIT'),
        members: new MemberTable(database),
        tallies: new TallyTable(database),
        charges: new ChargeTable(database),
        waiters: new WaiterTable(database),
      };
      return undefined;
    } catch (error) {
      quietly(() => database.close());
      return explainFailure(error, this.#options.path);
    }
  }

  /** Does all in one transaction; each stands or is refused by itself, a failure refuses all. Never throws. */
  apply(operations: readonly Operation[]): readonly (Outcome | Refusal)[] {
    const outcome = this.#transact((opened) =>
      operations.map((operation) => this.#apply(opened, operation)),
    );
    return isRefusal(outcome) ? operations.map(() => outcome) : outcome;
  }

  /** These members leave; closes the file. Never throws. */
  close(members: readonly string[]): void {
    if (members.length > 0) this.#transact((opened) => removeAll(opened, members));
    quietly(() => this.#opened?.database.close());
    this.#opened = undefined;
  }

  #apply(opened: Opened, operation: Operation): Outcome | Refusal {
    switch (operation.kind) {
      case 'join':
        removeAll(opened, opened.members.dead(operation.nowMs));
        return opened.members.join(operation.member, operation.nowMs);
      case 'reserve':
        return this.#reserve(opened, operation.request);
      case 'settle':
        opened.charges.settle(operation.id, operation.amounts);
        return null;
      case 'vacate':
        opened.charges.vacate(operation.id, operation.member);
        return null;
      case 'renew':
        return opened.members.renew(operation.member, operation.nowMs);
      case 'leave':
        removeAll(opened, [operation.member]);
        return null;
    }
  }

  #reserve(opened: Opened, request: ReservationRequest): ReservationAnswer | Refusal {
    const { id, member, wants, fence = 0 } = request;
    const held = opened.charges.held(id);
    if (held !== undefined && held.fence > fence) {
      const message = `Somebody who began later has the places of ${id} in ${this.#options.path}.`;
      return { refused: 'store.fenced', message };
    }
    if (!opened.members.has(member)) {
      const message = `${member} does not share the limits in ${this.#options.path}: it has to join.`;
      return { refused: 'store.fenced', message };
    }
    if (held === undefined) return this.#take(opened, request);
    opened.charges.pass(id, member, fence);
    const isLost = ({ window, limit }: ReservationWant): boolean =>
      window.kind === 'places' && !held.places.has(limit);
    const lost = wants.filter(isLost);
    if (lost.length > 0) return this.#take(opened, { ...request, wants: lost });
    return { kind: 'held', at: held.at };
  }

  #take(opened: Opened, request: ReservationRequest): ReservationAnswer {
    const answer = take(opened, request);
    if (answer.kind === 'held' || answer.untilAt !== undefined) return answer;
    // Only places are missing, and whoever has them may be dead.
    const dead = opened.members.dead(request.nowMs);
    if (dead.length === 0) return answer;
    removeAll(opened, dead);
    return take(opened, request);
  }

  #transact<T>(work: (opened: Opened) => T): T | Refusal {
    // Whoever goes on with a file that is gone counts alone.
    if (this.#opened !== undefined && this.#opened.identity !== identityOf(this.#options.path)) {
      this.#forget(this.#opened);
    }
    const refusal = this.open();
    const opened = this.#opened;
    if (opened === undefined) return refusal as Refusal;
    try {
      opened.begin.run();
      const result = work(opened);
      opened.commit.run();
      return result;
    } catch (error) {
      const failure = explainFailure(error, this.#options.path);
      quietly(() => opened.database.exec('ROLLBACK'));
      // Of a file that only was busy, nothing is in doubt.
      if (failure.refused === 'store.busy') return failure;
      this.#forget(opened);
      return failure;
    }
  }

  #forget({ database }: Opened): void {
    quietly(() => database.close());
    this.#opened = undefined;
  }
}

function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.dev} ${found.ino}`;
}

/** Takes all that is wanted, or nothing. */
function take(opened: Opened, request: ReservationRequest): ReservationAnswer {
  const { id, member, nowMs, wants, fence = 0 } = request;
  const { tallies, charges, waiters } = opened;
  tallies.clear(nowMs);
  const found = wants.map((want) => tallies.of(want, nowMs));
  const at = Math.max(nowMs, ...found.map(({ lastAt }) => lastAt));
  const asked = wants.map((want, index): Asked => {
    const tally = tallies.at(found[index] as Tally, at);
    const isPlace = want.window.kind === 'places';
    return { ...want, tally, ahead: isPlace ? waiters.ahead(tally.id, member, at) : 0 };
  });
  const refusal = latestRefusal(tallies, asked);
  for (const { tally, limit, amount, window } of asked) {
    if (refusal === undefined) {
      charges.take({ tally: tally.id, reservation: id, member, fence, limit, at, amount });
      if (window.kind === 'places') waiters.served(tally.id, member);
    } else if (
      window.kind === 'places' &&
      refusal.untilAt === undefined &&
      limit === refusal.limit
    ) {
      waiters.wait(tally.id, member, at);
    }
    tallies.write(refusal === undefined ? { ...tally, used: tally.used + amount } : tally);
  }
  return refusal ?? { kind: 'held', at };
}

interface Asked extends ReservationWant {
  readonly tally: Tally;
  /** Places that others are to have before. */
  readonly ahead: number;
}

/** Which limit has room last, if one has none now. */
function latestRefusal(tallies: TallyTable, asked: readonly Asked[]): Wait | undefined {
  let latest: Wait | undefined;
  for (const { limit, amount, capacity, tally, ahead } of asked) {
    const excess = tally.used + ahead + amount - capacity;
    if (amount === 0 || excess <= 0) continue;
    const untilAt = amount > capacity ? undefined : tallies.fitsAt(tally, excess);
    if (latest === undefined || (untilAt ?? 0) > (latest.untilAt ?? 0)) {
      latest = { kind: 'wait', limit, used: tally.used, untilAt };
    }
  }
  return latest;
}

function removeAll({ members, charges, waiters }: Opened, gone: readonly string[]): void {
  for (const member of gone) {
    charges.free(member);
    waiters.remove(member);
    members.remove(member);
  }
}

/** For what is worth trying and must not hide what went wrong before. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The failure that matters was reported already.
  }
}

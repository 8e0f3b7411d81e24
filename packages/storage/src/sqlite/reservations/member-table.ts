import { readlinkSync } from 'node:fs';
import { currentHolder, isAlive } from '@overseer/core/plugin';
import type { JoinAnswer, LeaseHolder, ReservationMember } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';

/** How long a member may give no word that this process cannot see by itself. */
const SILENT_MS = 60_000;

/** A process, and among which others its number says anything. */
interface Holder extends LeaseHolder {
  readonly space: string;
}

/** Who shares the limits of a file. */
export class MemberTable {
  readonly #insert: SqliteStatement;
  readonly #renew: SqliteStatement;
  readonly #all: SqliteStatement;
  readonly #delete: SqliteStatement;
  readonly #say: SqliteStatement;
  readonly #unsay: SqliteStatement;
  readonly #others: SqliteStatement;
  readonly #has: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#insert = database.prepare('INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?)');
    this.#renew = database.prepare('UPDATE member SET seen_at = ? WHERE id = ?');
    this.#all = database.prepare('SELECT id, holder, seen_at FROM member');
    this.#delete = database.prepare('DELETE FROM member WHERE id = ?');
    this.#say = database.prepare('INSERT INTO term VALUES (?, ?, ?)');
    this.#unsay = database.prepare('DELETE FROM term WHERE member = ?');
    this.#others = database.prepare(
      'SELECT says, name FROM term JOIN member ON member.id = term.member WHERE subject = ? AND says <> ? AND term.member <> ?',
    );
    this.#has = database.prepare('SELECT 1 FROM member WHERE id = ?');
  }

  /** Takes a member in, unless another disagrees. Those that are dead must be gone already. */
  join({ id, name, terms }: ReservationMember, nowMs: number): JoinAnswer {
    for (const [subject, says] of Object.entries(terms)) {
      const other = this.#others.get(subject, says, id);
      if (other === undefined) continue;
      const theirs = String(other['says']);
      return { kind: 'disagrees', subject, theirs, other: String(other['name']) };
    }
    const holder: Holder = { ...currentHolder(name), space: processSpace() };
    this.#insert.run(id, name, JSON.stringify(holder), nowMs);
    this.#unsay.run(id);
    for (const [subject, says] of Object.entries(terms)) this.#say.run(id, subject, says);
    return { kind: 'joined' };
  }

  /** Whether a member is in, and has not been found dead. */
  has(member: string): boolean {
    return this.#has.get(member) !== undefined;
  }

  /** `false` for one that is not in. */
  renew(member: string, nowMs: number): boolean {
    return Number(this.#renew.run(nowMs, member).changes) === 1;
  }

  /** Lets a member go. */
  remove(member: string): void {
    this.#delete.run(member);
    this.#unsay.run(member);
  }

  /** The members that are dead. A process among those that this one sees is dead when it is not there; of any other, silence tells. */
  dead(nowMs: number): readonly string[] {
    const space = processSpace();
    return this.#all.all().flatMap((row) => {
      const holder = parseHolder(String(row['holder']));
      const lives =
        holder?.space === space && space !== ''
          ? isAlive(holder)
          : nowMs - Number(row['seen_at']) < SILENT_MS;
      return lives ? [] : [String(row['id'])];
    });
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** Within containers, processes are numbered anew. Empty where the system says nothing of that. */
function processSpace(): string {
  try {
    return `${currentHolder('').bootId} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

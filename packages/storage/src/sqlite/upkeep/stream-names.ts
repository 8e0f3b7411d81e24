import type { SqliteDatabase } from '../driver.ts';
import { readEventText } from '../event-text.ts';
import { rowHash } from '../file/event-hash.ts';
import { EVENT_COLUMNS, type EventRow, toRow } from '../file/event-row.ts';

/** Events of a stream that are asked for its name. */
const ASKED = 50;

/**
 * The name of a stream by its number: the one that the file has for it, unless its events say or prove another one, of which
 * one letter was damaged, or which belongs to another number. `undefined` where nothing tells.
 */
export function nameOfStream(
  database: SqliteDatabase,
  id: number,
  columns: string = EVENT_COLUMNS,
): string | undefined {
  const names = namesIn(database, 'SELECT name FROM stream WHERE id = ?', id);
  const events = eventsOf(database, id, columns);
  const said = mostSaid(events);
  if (said !== undefined) return said;
  const proves = (name: string): boolean => isProven(events, name);
  const [first] = names;
  return (
    names.find(proves) ??
    namesIn(database, 'SELECT name FROM stream').find(proves) ??
    namesIn(database, 'SELECT stream AS name FROM snapshot').find(proves) ??
    namesIn(
      database,
      "SELECT substr(owner, 8) AS name FROM data_key WHERE owner LIKE 'stream %'",
    ).find(proves) ??
    names.flatMap(nearly).find(proves) ??
    first
  );
}

/** What is in the clear says of which stream it is. */
function mostSaid(events: readonly EventRow[]): string | undefined {
  const votes = new Map<string, number>();
  for (const { packed, body } of events) {
    const name = packed === null ? readEventText(body)?.stream : undefined;
    if (typeof name === 'string') votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const [most] = [...votes].sort(([, one], [, other]) => other - one);
  return most?.[0];
}

/** The hash of what is packed covers the name. */
function isProven(events: readonly EventRow[], name: string): boolean {
  return events.some((event, at) => {
    const before = event.seq === 1 ? '' : events[at - 1]?.hash;
    const isNext = event.seq === 1 || events[at - 1]?.seq === event.seq - 1;
    const isPacked = event.packed !== null && before !== undefined && isNext;
    return isPacked && rowHash(before, { ...event, stream: name }) === event.hash;
  });
}

/** The name with any one bit of it changed. */
function nearly(name: string): readonly string[] {
  const bytes = Buffer.from(name);
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes);
    const at = bit >> 3;
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
    return changed.toString('utf8');
  });
}

function eventsOf(database: SqliteDatabase, id: number, columns: string): readonly EventRow[] {
  try {
    const text = `SELECT ${columns} FROM event WHERE stream = ? ORDER BY seq LIMIT ${ASKED}`;
    return database.prepare(text).all(id).map(toRow);
  } catch {
    return [];
  }
}

/** Of each name one is enough, and of what cannot be read there is none. */
function namesIn(
  database: SqliteDatabase,
  sql: string,
  ...values: readonly number[]
): readonly string[] {
  try {
    const rows = database.prepare(sql).all(...values);
    return [...new Set(rows.map(({ name }) => String(name)))];
  } catch {
    return [];
  }
}

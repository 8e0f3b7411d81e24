import type { LimitRule } from '../spec/limit.ts';
import { found, hint } from './limit-hints.ts';
import type { LimitReader, LimitToken } from './limit-tokens.ts';
import { PERIOD_WORDS, UNIT_WORDS } from './limit-words.ts';

/** What stands behind the slash: fields of the limit, and where they stand. */
export interface ReadPeriod {
  readonly fields: Pick<LimitRule, 'windowMs' | 'period' | 'timeZone'>;
  readonly isSession: boolean;
  readonly at: LimitToken;
  readonly zoneAt: LimitToken | undefined;
}

/** The characters of which the names of time zones are made. */
const ZONE = /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*/;

/** Reads `/ 5h`, `per day`, `/ 5h session`, `/ calendar week`, `/ day in Europe/Berlin`. Throws `ConfigError` (`config.limit`). */
export function readPeriod(reader: LimitReader): ReadPeriod {
  const slash = reader.peek();
  if (reader.take('/', 'per', 'every') === undefined) {
    throw reader.wrong(slash, `expected "/" and a span of time such as 5h, ${found(slash)}`);
  }
  const at = reader.peek();
  return reader.take('calendar') === undefined ? readSpan(reader, at) : readCalendar(reader, at);
}

function readSpan(reader: LimitReader, at: LimitToken): ReadPeriod {
  if (reader.take('-') !== undefined) {
    throw reader.wrong(at, 'a span of time must be greater than zero');
  }
  const count = at.kind === 'number' ? reader.next() : undefined;
  const unit = reader.next();
  const inZone = reader.take('in');
  if (inZone !== undefined) {
    if (count !== undefined) {
      throw reader.wrong(
        count,
        'only one period of a calendar has a time zone: write "day in Europe/Berlin", or leave the zone out',
      );
    }
    return readZone(reader, unit, at);
  }
  const unitMs = UNIT_WORDS.get(unit.text.toLowerCase());
  if (unitMs === undefined) throw reader.wrong(unit, expectedUnit(unit, count?.text ?? '1'));
  const ms = Number(count?.text ?? 1) * unitMs;
  return {
    fields: { windowMs: ms < 1 ? ms : Math.round(ms) },
    isSession: reader.take('session') !== undefined,
    at,
    zoneAt: undefined,
  };
}

function readCalendar(reader: LimitReader, at: LimitToken): ReadPeriod {
  const unit = reader.next();
  if (reader.take('in') !== undefined) return readZone(reader, unit, at);
  return {
    fields: { period: periodOf(reader, unit) },
    isSession: false,
    at,
    zoneAt: undefined,
  };
}

function readZone(reader: LimitReader, unit: LimitToken, at: LimitToken): ReadPeriod {
  const period = periodOf(reader, unit);
  const zone = reader.takeText(ZONE);
  if (zone === undefined) {
    const token = reader.peek();
    throw reader.wrong(token, `expected a time zone such as Europe/Berlin, ${found(token)}`);
  }
  return {
    fields: { period, timeZone: zone.text },
    isSession: false,
    at,
    zoneAt: zone,
  };
}

function periodOf(reader: LimitReader, unit: LimitToken): NonNullable<LimitRule['period']> {
  const word = unit.text.toLowerCase();
  const period = PERIOD_WORDS.get(word);
  if (period !== undefined) return period;
  throw reader.wrong(
    unit,
    `expected hour, day, week or month of the calendar, ${found(unit)}${hint(word, PERIOD_WORDS.keys())}`,
  );
}

function expectedUnit(unit: LimitToken, count: string): string {
  const word = unit.text.toLowerCase();
  if (/^(mo|months?)$/.test(word)) {
    return `a window is a fixed span of time, and ${word} is none; write it in days, such as 30d, or "calendar month"`;
  }
  if (/^(y|years?)$/.test(word)) {
    return `a window is a fixed span of time, and ${word} is none; write it in days, such as 365d`;
  }
  const known = [...UNIT_WORDS.keys(), 'calendar'];
  return `expected a unit of time behind ${count} (ms, s, m, h, d or w), ${found(unit)}${hint(word, known)}`;
}

/** The periods of a calendar. Weeks begin on Monday. */
export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

/** One period: [start, end) in epoch ms. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** The longest that a period can take, in ms, with the hour that a change of the clock adds. */
export const LONGEST_PERIOD_MS: Readonly<Record<CalendarUnit, number>> = {
  hour: 2 * 3_600_000,
  day: 25 * 3_600_000,
  week: (7 * 24 + 1) * 3_600_000,
  month: (31 * 24 + 1) * 3_600_000,
};

/** No place on earth is further from UTC, in ms. */
const FURTHEST_MS = 16 * 3_600_000;
/** Periods remembered. */
const KEPT = 8;

/** Gives the period that a moment lies in. */
export type PeriodOf = (at: number) => Period;

/**
 * The periods of a unit in an IANA time zone. A period begins at the first moment at which the clocks there show its
 * beginning or, where a change of the clock leaves that out, something later; so a repeated hour belongs to the period
 * that it was in the first time. Throws `RangeError` for a time zone that does not exist.
 */
export function createPeriods(unit: CalendarUnit, timeZone: string): PeriodOf {
  const offsetAt = createOffsets(timeZone);
  const known: Period[] = [];
  const find = (at: number): Period => {
    let local = floorTo(unit, at + offsetAt(at));
    let start = instantOf(local, offsetAt);
    for (;;) {
      local = nextOf(unit, local);
      const end = instantOf(local, offsetAt);
      // The clock was set back over the end of a period: it is over, though its time is shown again.
      if (end > at) return { start, end };
      start = end;
    }
  };
  return (at) => {
    for (const period of known) if (period.start <= at && at < period.end) return period;
    const period = find(at);
    if (known.length === KEPT) known.pop();
    known.unshift(period);
    return period;
  };
}

/** How far a time zone's clocks are before UTC, by moment, in ms. Throws `RangeError` for one that does not exist. */
export function createOffsets(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  if (format.resolvedOptions().timeZone === 'UTC') return () => 0;
  return (at) => {
    const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds = '0'] =
      /([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
    if (sign === undefined) return 0;
    const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -ms : ms;
  };
}

/** The first moment at which clocks show `local` (wall time as if it were UTC) or, where they leave it out, more. */
export function instantOf(local: number, offsetAt: (at: number) => number): number {
  const [low, high] = [local - FURTHEST_MS, local + FURTHEST_MS];
  const [before, after] = [offsetAt(low), offsetAt(high)];
  if (before === after) return local - before;
  const shown = [local - before, local - after]
    .filter((at) => at + offsetAt(at) === local)
    .sort((a, b) => a - b);
  return shown[0] ?? firstShowing(local, low, high, offsetAt);
}

/** Where the clocks jump over `local`, the moment of the jump. */
function firstShowing(
  local: number,
  low: number,
  high: number,
  offsetAt: (at: number) => number,
): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (middle + offsetAt(middle) >= local) to = middle;
    else from = middle + 1;
  }
  return from;
}

function floorTo(unit: CalendarUnit, local: number): number {
  const date = new Date(local);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  switch (unit) {
    case 'hour':
      return Math.floor(local / 3_600_000) * 3_600_000;
    case 'day':
      return Date.UTC(year, month, day);
    case 'week':
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
    case 'month':
      return Date.UTC(year, month);
  }
}

function nextOf(unit: CalendarUnit, local: number): number {
  if (unit === 'hour') return local + 3_600_000;
  if (unit === 'day') return local + 86_400_000;
  if (unit === 'week') return local + 604_800_000;
  const date = new Date(local);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

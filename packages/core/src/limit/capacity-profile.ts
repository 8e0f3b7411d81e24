import type { CapacityHours, Weekday } from '../spec/limit.ts';
import { createOffsets, instantOf } from './calendar-periods.ts';
import { type CapacitySpan, rememberSpans } from './capacity-spans.ts';
import type { Window } from './window.ts';

const DAY_MS = 86_400_000;
const DAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** In so long, in ms, each hour of a week comes, over a change of the clock too. */
const WEEK_MS = 8 * DAY_MS;
/**
 * When weeks begin that show what hours of several time zones make of each other: in winter, in summer, and where North
 * America has changed its clocks and Europe has not.
 */
const WEEKS = ['2026-01-12', '2026-03-16', '2026-07-13', '2026-10-26'].map((day) =>
  Date.parse(day),
);

/** A capacity that follows the clock. */
export interface CapacityProfile {
  /** The most that it ever is. */
  readonly most: number;
  capacityAt(at: number): number;
  /** The first moment after `at` at which the capacity may be another one. */
  nextChangeAt(at: number): number;
}

/** The capacity by the hours of a schedule, `usual` outside of them. Times are exact over changes of the clock. */
export function createProfile(
  usual: number,
  schedule: readonly CapacityHours[],
  unitsOf: (capacity: number) => number,
): CapacityProfile {
  const entries = schedule.map((hours) => ({
    capacity: unitsOf(hours.capacity),
    spansAround: createSpans(hours),
  }));
  const at = rememberSpans((moment) => {
    const spans = entries.flatMap(({ spansAround, capacity }) =>
      spansAround(moment).map((span) => ({ ...span, capacity })),
    );
    const changes = spans.flatMap(({ start, end }) => [start, end]).filter((one) => one > moment);
    const present = spans.find(({ start, end }) => start <= moment && moment < end);
    return {
      from: moment,
      until: Math.min(...changes),
      capacity: present?.capacity ?? usual,
    };
  });
  const zones = new Set(schedule.map(({ timeZone = 'UTC' }) => timeZone));
  return {
    most: Math.max(...WEEKS.slice(0, zones.size > 1 ? WEEKS.length : 1).map(mostFrom(at))),
    capacityAt: (moment) => at(moment).capacity,
    nextChangeAt: (moment) => at(moment).until,
  };
}

/** The earliest time from `now` on at which an amount fits in a window whose capacity follows the clock; Infinity where no hour allows it. */
export function fitInProfile(
  window: Window,
  profile: CapacityProfile,
  now: number,
  amount: number,
  scale: (capacity: number) => number,
): number {
  // With less room it is never earlier than with the most.
  let at = window.fitAt(now, amount, scale(profile.most));
  for (const end = at + WEEK_MS; at < end; at = profile.nextChangeAt(at)) {
    const fitsAt = window.fitAt(at, amount, scale(profile.capacityAt(at)));
    if (fitsAt < profile.nextChangeAt(at)) return fitsAt;
  }
  return Number.POSITIVE_INFINITY;
}

/** The first change from `now` on after which the capacity is above this; `undefined` when there is none. */
export function nextAbove(
  profile: CapacityProfile,
  capacity: number,
  now: number,
): number | undefined {
  for (let at = profile.nextChangeAt(now); at < now + WEEK_MS; at = profile.nextChangeAt(at)) {
    if (profile.capacityAt(at) > capacity) return at;
  }
  return undefined;
}

/** The most in the week that begins at a moment. */
function mostFrom(at: (moment: number) => CapacitySpan): (start: number) => number {
  return (start) => {
    let most = 0;
    for (let known = at(start); ; known = at(known.until)) {
      most = Math.max(most, known.capacity);
      if (known.until >= start + WEEK_MS) return most;
    }
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Gives the spans of hours that are near a moment: from the day before to more than a week after. */
function createSpans({
  from,
  to,
  days,
  timeZone = 'UTC',
}: CapacityHours): (at: number) => readonly Span[] {
  const offsetAt = createOffsets(timeZone);
  const [begins, ends] = [timeOf(from), timeOf(to)];
  const length = ends > begins ? ends : ends + DAY_MS;
  return (at) => {
    const today = Math.floor((at + offsetAt(at)) / DAY_MS) * DAY_MS;
    const spans: Span[] = [];
    for (let day = today - DAY_MS; day <= today + 8 * DAY_MS; day += DAY_MS) {
      const weekday = DAYS[new Date(day).getUTCDay()];
      if (days !== undefined && (weekday === undefined || !days.includes(weekday))) continue;
      const span = {
        start: instantOf(day + begins, offsetAt),
        end: instantOf(day + length, offsetAt),
      };
      spans.push(span);
      if (span.start > at) break;
    }
    return spans;
  };
}

function timeOf(text: string): number {
  const [hours = '0', minutes = '0'] = text.split(':');
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

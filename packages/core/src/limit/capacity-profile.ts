import type { CapacityHours, Weekday } from '../spec/limit.ts';
import { createOffsets, instantOf } from './calendar-periods.ts';
import type { Window } from './window.ts';

const DAY_MS = 86_400_000;
const DAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Changes of the capacity that are looked through for room before a wait is told as at least so long. */
const MAX_CHANGES = 2_000;

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
  let known = { from: 0, until: 0, capacity: usual };
  const find = (at: number): typeof known => {
    const spans = entries.flatMap(({ spansAround, capacity }) =>
      spansAround(at).map((span) => ({ ...span, capacity })),
    );
    const changes = spans.flatMap(({ start, end }) => [start, end]).filter((one) => one > at);
    const present = spans.find(({ start, end }) => start <= at && at < end);
    return {
      from: at,
      until: Math.min(...changes),
      capacity: present?.capacity ?? usual,
    };
  };
  const at = (moment: number): typeof known => {
    if (!(known.from <= moment && moment < known.until)) known = find(moment);
    return known;
  };
  return {
    most: Math.max(usual, ...entries.map(({ capacity }) => capacity)),
    capacityAt: (moment) => at(moment).capacity,
    nextChangeAt: (moment) => at(moment).until,
  };
}

/** The earliest time from `now` on at which an amount fits in a window whose capacity follows the clock. */
export function fitInProfile(
  window: Window,
  profile: CapacityProfile,
  now: number,
  amount: number,
  scale: (capacity: number) => number,
): number {
  // With less room it is never earlier than with the most.
  let at = window.fitAt(now, amount, scale(profile.most));
  for (let change = 0; change < MAX_CHANGES && at < Number.POSITIVE_INFINITY; change++) {
    const capacity = scale(profile.capacityAt(at));
    const until = profile.nextChangeAt(at);
    const fitsAt = window.fitAt(at, amount, capacity);
    if (fitsAt < until) return fitsAt;
    at = until;
  }
  return at;
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

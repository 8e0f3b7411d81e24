import type { CapacityHours, Graduated, LimitRule } from '../spec/limit.ts';
import { createProfile } from './capacity-profile.ts';
import { scaleDecimal } from './decimal.ts';
import { formProblem, shownValue } from './limit-forms.ts';
import { timeZoneProblem } from './time-zone.ts';

/** Entries of a schedule. */
const MAX_HOURS = 24;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const HOUR = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** What is wrong with a limit's hours; `undefined` when they can be kept. */
export function checkSchedule(
  rule: LimitRule,
): { readonly field: 'schedule'; readonly message: string } | undefined {
  const { schedule, kind } = rule;
  if (schedule === undefined) return undefined;
  const wrong = (message: string) => ({ field: 'schedule' as const, message });
  if (kind === 'smooth') return wrong('a smooth limit has one rate at all hours; use another kind');
  if (!Array.isArray(schedule) || schedule.length === 0 || schedule.length > MAX_HOURS) {
    return wrong(`expected a list of 1 to ${MAX_HOURS} spans of hours`);
  }
  for (const [index, hours] of schedule.entries()) {
    const problem = formProblem(hours, 'hours') ?? hoursProblem(rule, hours);
    if (problem !== undefined) return wrong(`entry ${index + 1}: ${problem}`);
  }
  const { most } = createProfile(rule.capacity, schedule, (capacity) => capacity);
  return most > 0
    ? undefined
    : wrong(
        'its hours cover the week and let nothing through in any of them; leave some of them open',
      );
}

/** What is wrong with how a limit rises; `undefined` when it can be kept. */
export function checkGraduated({
  graduated,
  kind,
  metric,
}: LimitRule): { readonly field: 'graduated'; readonly message: string } | undefined {
  if (graduated === undefined) return undefined;
  const wrong = (message: string) => ({ field: 'graduated' as const, message });
  if (kind === 'smooth') return wrong('a smooth limit has one rate; use another kind');
  if (metric === 'concurrency') {
    return wrong('calls at once do not rise in steps; limit calls, tokens or dollars so');
  }
  const message = formProblem(graduated, 'graduated') ?? graduatedProblem(graduated);
  return message === undefined ? undefined : wrong(message);
}

function graduatedProblem({ from, step, after }: Graduated): string | undefined {
  if (!isPart(from) || from === 1)
    return '"from" is a part of the capacity: more than 0, less than 1';
  if (step !== undefined && !isPart(step)) return '"step" is more than 0 and at most 1';
  if (after !== undefined && !(Number.isInteger(after) && after > 0)) {
    return '"after" is a whole number of calls, at least 1';
  }
  return undefined;
}

/** More than 0 and at most 1. */
function isPart(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function hoursProblem(rule: LimitRule, hours: CapacityHours): string | undefined {
  const { from, to, days, timeZone, capacity } = hours;
  for (const text of [from, to]) {
    if (typeof text !== 'string' || !HOUR.test(text)) {
      return `${JSON.stringify(text)} is no time of day; write it like "22:00"`;
    }
  }
  if (from === to) return `from ${from} to ${to} is no span; for all day set the capacity itself`;
  if (days !== undefined && !Array.isArray(days)) {
    return `"days" is a list such as ['mon', 'tue'], and not ${shownValue(days)}`;
  }
  const unknown = days?.find((day) => !DAYS.includes(day));
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is none of ${DAYS.join(', ')}`;
  if (days?.length === 0) return '"days" is empty; leave it out for every day';
  return (
    capacityProblem(rule.metric, capacity) ??
    (timeZone === undefined ? undefined : timeZoneProblem(timeZone))
  );
}

function capacityProblem(metric: LimitRule['metric'], capacity: number): string | undefined {
  if (typeof capacity !== 'number')
    return `its capacity is a number, and not ${shownValue(capacity)}`;
  const units = metric === 'usd' ? scaleDecimal(String(capacity), 6) : capacity;
  if (Number.isSafeInteger(units) && units >= 0) return undefined;
  return metric === 'usd'
    ? 'its capacity is dollars with at most six decimals, or 0 to let nothing through'
    : 'its capacity is a whole number, or 0 to let nothing through';
}

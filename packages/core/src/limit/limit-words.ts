import type { CalendarPeriod, LimitMetric } from '../spec/limit.ts';

/** The words for what a limit counts, with what they mean; of two that are as near to a typo the first is suggested. */
export const METRIC_WORDS: ReadonlyMap<string, LimitMetric> = new Map([
  ['calls', 'calls'],
  ['call', 'calls'],
  ['requests', 'calls'],
  ['request', 'calls'],
  ['tokens', 'tokens'],
  ['token', 'tokens'],
  ['input tokens', 'input-tokens'],
  ['input-tokens', 'input-tokens'],
  ['uncached input tokens', 'uncached-input-tokens'],
  ['uncached-input-tokens', 'uncached-input-tokens'],
  ['output tokens', 'output-tokens'],
  ['output-tokens', 'output-tokens'],
  ['usd', 'usd'],
  ['dollars', 'usd'],
  ['dollar', 'usd'],
  ['at once', 'concurrency'],
  ['at a time', 'concurrency'],
  ['concurrent', 'concurrency'],
]);

/** The words for units of time, in ms. */
export const UNIT_WORDS: ReadonlyMap<string, number> = new Map([
  ['milliseconds', 1],
  ['millisecond', 1],
  ['ms', 1],
  ['seconds', 1_000],
  ['second', 1_000],
  ['sec', 1_000],
  ['s', 1_000],
  ['minutes', 60_000],
  ['minute', 60_000],
  ['min', 60_000],
  ['m', 60_000],
  ['hours', 3_600_000],
  ['hour', 3_600_000],
  ['h', 3_600_000],
  ['days', 86_400_000],
  ['day', 86_400_000],
  ['d', 86_400_000],
  ['weeks', 604_800_000],
  ['week', 604_800_000],
  ['w', 604_800_000],
]);

/** The words for the periods of a calendar. */
export const PERIOD_WORDS: ReadonlyMap<string, CalendarPeriod> = new Map([
  ['hour', 'hour'],
  ['day', 'day'],
  ['week', 'week'],
  ['month', 'month'],
]);

/** What stands for a metric in text that people read. */
export const METRIC_NAME: Readonly<Record<LimitMetric, string>> = {
  calls: 'calls',
  tokens: 'tokens',
  'input-tokens': 'input tokens',
  'uncached-input-tokens': 'uncached input tokens',
  'output-tokens': 'output tokens',
  usd: 'usd',
  concurrency: 'at once',
};

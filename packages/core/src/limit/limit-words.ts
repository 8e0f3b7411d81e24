import type { LimitMetric } from '../spec/limit.ts';

/** The words for what a limit counts, with what they mean. */
export const METRIC_WORDS: ReadonlyMap<string, LimitMetric> = new Map([
  ['call', 'calls'],
  ['calls', 'calls'],
  ['request', 'calls'],
  ['requests', 'calls'],
  ['token', 'tokens'],
  ['tokens', 'tokens'],
  ['input tokens', 'input-tokens'],
  ['input-tokens', 'input-tokens'],
  ['output tokens', 'output-tokens'],
  ['output-tokens', 'output-tokens'],
  ['usd', 'usd'],
  ['dollar', 'usd'],
  ['dollars', 'usd'],
  ['at once', 'concurrency'],
  ['at a time', 'concurrency'],
  ['concurrent', 'concurrency'],
]);

/** The words for units of time, in ms. */
export const UNIT_WORDS: ReadonlyMap<string, number> = new Map(
  [
    [1, 'ms', 'millisecond', 'milliseconds'],
    [1_000, 's', 'sec', 'second', 'seconds'],
    [60_000, 'm', 'min', 'minute', 'minutes'],
    [3_600_000, 'h', 'hour', 'hours'],
    [86_400_000, 'd', 'day', 'days'],
    [604_800_000, 'w', 'week', 'weeks'],
  ].flatMap(([ms, ...words]) => words.map((word) => [String(word), Number(ms)] as const)),
);

/** What stands for a metric in text that people read. */
export const METRIC_NAME: Readonly<Record<LimitMetric, string>> = {
  calls: 'calls',
  tokens: 'tokens',
  'input-tokens': 'input tokens',
  'output-tokens': 'output tokens',
  usd: 'usd',
  concurrency: 'at once',
};

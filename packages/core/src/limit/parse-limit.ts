import { ConfigError } from '../errors/config-error.ts';
import type { GaugeRule, Limit, LimitMetric, LimitRule } from '../spec/limit.ts';
import { checkGauge } from './check-gauge.ts';
import { checkLimit } from './check-limit.ts';
import { scaleDecimal } from './decimal.ts';
import { shownValue } from './limit-forms.ts';
import { found, hint } from './limit-hints.ts';
import { type LimitReader, type LimitToken, readLimit } from './limit-tokens.ts';
import { METRIC_WORDS } from './limit-words.ts';
import { readGauge } from './parse-gauge.ts';
import { readManner } from './parse-manner.ts';
import { readPeriod } from './parse-period.ts';

const SUFFIX_PLACES: ReadonlyMap<string, number> = new Map([
  ['k', 3],
  ['K', 3],
  ['M', 6],
]);

/**
 * Reads a limit as people say it: `5 calls / 5h`, `50 calls / 5h session`, `100k tokens / day in Europe/Berlin`,
 * `60 calls / 1m, smooth burst 5`, `$0.50 / h, soft`, `4 at once`, `cpu < 80%`. Throws `ConfigError` (`config.limit`)
 * that points at the column and says what was expected.
 */
export function parseLimit(text: string): LimitRule | GaugeRule {
  const reader = readLimit(text);
  return readGauge(reader) ?? readCount(reader);
}

/** A limit as data, whichever way it was given, checked. Throws `ConfigError` (`config.limit`). */
export function normaliseLimit(limit: Limit): LimitRule | GaugeRule {
  if (typeof limit === 'string') return parseLimit(limit);
  if (typeof limit !== 'object' || limit === null || Array.isArray(limit)) throw noLimit(limit);
  const problem = isGauge(limit) ? checkGauge(limit) : checkLimit(limit);
  if (problem === undefined) return defined(limit);
  throw new ConfigError(
    'config.limit',
    `The limit ${shownValue(limit)} is wrong in ${problem.field}: ${problem.message}`,
  );
}

function noLimit(value: unknown): ConfigError {
  return new ConfigError(
    'config.limit',
    `A limit is a text such as "5 calls / 5h", or an object with a metric or a gauge, and not ${shownValue(value)}.`,
  );
}

/** Whether a limit is one on something that is measured. */
export function isGauge(rule: LimitRule | GaugeRule): rule is GaugeRule {
  return 'gauge' in rule;
}

/** The same without what is left out or says nothing. */
function defined<T extends LimitRule | GaugeRule>(rule: T): T {
  const said = Object.entries(rule).filter(
    ([field, value]) =>
      value !== undefined &&
      !(field === 'soft' && value === false) &&
      !(field === 'kind' && value === 'rolling'),
  );
  return Object.fromEntries(said) as T;
}

function readCount(reader: LimitReader): LimitRule {
  const first = reader.peek();
  const isMoney = reader.take('$') !== undefined;
  const amount = readAmount(reader);
  const metric = isMoney ? 'usd' : readMetric(reader);
  const period = metric === 'concurrency' ? undefined : readPeriod(reader);
  const manner = readManner(reader, period?.isSession === true, metric !== 'concurrency');
  const rule: LimitRule = {
    metric,
    capacity: amount.value,
    ...period?.fields,
    ...manner.fields,
  };
  const problem = checkLimit(rule);
  if (problem === undefined) return rule;
  const places: Partial<Record<keyof LimitRule, LimitToken | undefined>> = {
    capacity: amount.at,
    windowMs: period?.at,
    timeZone: period?.zoneAt,
    kind: manner.kindAt,
    burst: manner.burstAt,
  };
  throw reader.wrong(places[problem.field] ?? first, problem.message);
}

function readAmount(reader: LimitReader): { readonly value: number; readonly at: LimitToken } {
  const at = reader.next();
  if (at.text === '-') throw reader.wrong(at, 'an amount must be greater than zero');
  if (at.text.toLowerCase() === 'unlimited') {
    throw reader.wrong(
      at,
      'what is unlimited needs no limit: leave it out, or write what holds calls back, such as "cpu < 80%"',
    );
  }
  if (at.kind !== 'number') {
    throw reader.wrong(at, `expected an amount such as 5, 100k or $50, ${found(at)}`);
  }
  const places = SUFFIX_PLACES.get(reader.peek().text);
  if (places !== undefined) reader.next();
  return { value: scaleDecimal(at.text, places ?? 0), at };
}

function readMetric(reader: LimitReader): LimitMetric {
  const first = reader.peek();
  const words: string[] = [];
  while (reader.peek().kind === 'word' && reader.peek().text.toLowerCase() !== 'per') {
    words.push(reader.next().text.toLowerCase());
    const metric = METRIC_WORDS.get(words.join(' '));
    if (metric !== undefined) return metric;
  }
  const phrase = words.join(' ');
  const meant =
    first.text === '%'
      ? '; a gauge is written like "cpu < 80%"'
      : hint(phrase, METRIC_WORDS.keys());
  throw reader.wrong(
    first,
    `expected calls, tokens, input tokens, uncached input tokens, output tokens, usd or "at once", ${found(first, phrase)}${meant}`,
  );
}

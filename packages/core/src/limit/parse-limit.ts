import { ConfigError } from '../errors/config-error.ts';
import { nearest } from '../internal/nearest.ts';
import type { LimitMetric, LimitRule, LimitText } from '../spec/limit.ts';
import { checkLimit } from './check-limit.ts';
import { scaleDecimal } from './decimal.ts';
import { type LimitReader, type LimitToken, readLimit } from './limit-tokens.ts';
import { METRIC_WORDS, UNIT_WORDS } from './limit-words.ts';

const SUFFIX_PLACES: ReadonlyMap<string, number> = new Map([
  ['k', 3],
  ['K', 3],
  ['M', 6],
]);

/**
 * Reads a limit as people say it: `5 calls / 5h`, `1.5M input tokens per day`, `$0.50 / h`, `4 at once`, and `, soft`
 * behind any of them. Throws `ConfigError` (`config.limit`) that points at the column and says what was expected.
 */
export function parseLimit(text: string): LimitRule {
  const reader = readLimit(text);
  const first = reader.peek();
  const isMoney = reader.take('$') !== undefined;
  const amount = readAmount(reader);
  const metric = isMoney ? 'usd' : readMetric(reader);
  const period = metric === 'concurrency' ? undefined : readPeriod(reader);
  const soft = readSoft(reader);
  const rule: LimitRule = {
    metric,
    capacity: amount.value,
    ...(period === undefined ? {} : { windowMs: period.ms }),
    ...(soft ? { soft } : {}),
  };
  const problem = checkLimit(rule);
  if (problem === undefined) return rule;
  throw reader.wrong(
    problem.field === 'windowMs' ? (period?.at ?? first) : amount.at,
    problem.message,
  );
}

/** A limit as data, whichever way it was given, checked. Throws `ConfigError` (`config.limit`). */
export function normaliseLimit(limit: LimitText | LimitRule): LimitRule {
  if (typeof limit === 'string') return parseLimit(limit);
  const problem = checkLimit(limit);
  if (problem !== undefined) {
    throw new ConfigError(
      'config.limit',
      `The limit ${JSON.stringify(limit)} is wrong in ${problem.field}: ${problem.message}`,
    );
  }
  const { metric, capacity, windowMs, soft } = limit;
  return {
    metric,
    capacity,
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(soft === true ? { soft } : {}),
  };
}

function readAmount(reader: LimitReader): { readonly value: number; readonly at: LimitToken } {
  const at = reader.next();
  if (at.text === '-') throw reader.wrong(at, 'an amount must be greater than zero');
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
  throw reader.wrong(
    first,
    `expected calls, tokens, input tokens, output tokens, usd or "at once", ${found(first, phrase)}${hint(phrase, METRIC_WORDS)}`,
  );
}

function readPeriod(reader: LimitReader): { readonly ms: number; readonly at: LimitToken } {
  const slash = reader.peek();
  if (reader.take('/', 'per', 'every') === undefined) {
    throw reader.wrong(slash, `expected "/" and a span of time such as 5h, ${found(slash)}`);
  }
  const at = reader.peek();
  if (reader.take('-') !== undefined) {
    throw reader.wrong(at, 'a span of time must be greater than zero');
  }
  const count = at.kind === 'number' ? reader.next().text : '1';
  const unit = reader.next();
  const unitMs = UNIT_WORDS.get(unit.text.toLowerCase());
  if (unitMs === undefined) throw reader.wrong(unit, expectedUnit(unit, count));
  const ms = Number(count) * unitMs;
  return { ms: ms < 1 ? ms : Math.round(ms), at };
}

function readSoft(reader: LimitReader): boolean {
  const isSoft = reader.take(',') !== undefined;
  const token = reader.next();
  if (isSoft && token.text.toLowerCase() !== 'soft') {
    throw reader.wrong(token, `expected "soft" after the comma, ${found(token)}`);
  }
  const rest = isSoft ? reader.next() : token;
  if (rest.kind !== 'end') throw reader.wrong(rest, `expected the end or ", soft", ${found(rest)}`);
  return isSoft;
}

function expectedUnit(unit: LimitToken, count: string): string {
  const word = unit.text.toLowerCase();
  if (/^(mo|months?|y|years?)$/.test(word)) {
    return `a window is a fixed span of time, and ${word} is none; write it in days, such as 30d`;
  }
  return `expected a unit of time behind ${count} (ms, s, m, h, d or w), ${found(unit)}${hint(word, UNIT_WORDS)}`;
}

function found(token: LimitToken, text: string = token.text): string {
  return token.kind === 'end' ? 'found the end' : `found ${JSON.stringify(text || token.text)}`;
}

function hint(word: string, known: ReadonlyMap<string, unknown>): string {
  const near = word.length < 3 ? undefined : nearest(word, [...known.keys()]);
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
}

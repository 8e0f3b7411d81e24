import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors/config-error.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { normaliseLimit, parseLimit } from './parse-limit.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'config.limit' });
    return (error as ConfigError).message;
  }
  return 'nothing was thrown';
}

describe('parseLimit', () => {
  const cases: readonly (readonly [string, LimitRule])[] = [
    ['5 calls / 5h', { metric: 'calls', capacity: 5, windowMs: 5 * HOUR }],
    ['5 calls/20s', { metric: 'calls', capacity: 5, windowMs: 20_000 }],
    ['  1   CALL  /  m ', { metric: 'calls', capacity: 1, windowMs: 60_000 }],
    ['5 calls per 5 hours', { metric: 'calls', capacity: 5, windowMs: 5 * HOUR }],
    ['60 requests every minute', { metric: 'calls', capacity: 60, windowMs: 60_000 }],
    ['100k tokens / 1d', { metric: 'tokens', capacity: 100_000, windowMs: DAY }],
    ['1,000,000 tokens / 2w', { metric: 'tokens', capacity: 1e6, windowMs: 14 * DAY }],
    ['1_500 tokens / 250ms', { metric: 'tokens', capacity: 1_500, windowMs: 250 }],
    ['1.005M input tokens / 1h', { metric: 'input-tokens', capacity: 1_005_000, windowMs: HOUR }],
    [
      '2e3 output-tokens / 1.5h',
      { metric: 'output-tokens', capacity: 2_000, windowMs: 1.5 * HOUR },
    ],
    ['1.1k tokens / 1.1h', { metric: 'tokens', capacity: 1_100, windowMs: 3_960_000 }],
    ['$50 / 1d', { metric: 'usd', capacity: 50, windowMs: DAY }],
    ['$0.50 / h', { metric: 'usd', capacity: 0.5, windowMs: HOUR }],
    ['$.000001 / 366d', { metric: 'usd', capacity: 0.000001, windowMs: 366 * DAY }],
    ['$1.5k / 1w', { metric: 'usd', capacity: 1_500, windowMs: 7 * DAY }],
    ['20 dollars per day', { metric: 'usd', capacity: 20, windowMs: DAY }],
    ['4 at once', { metric: 'concurrency', capacity: 4 }],
    ['4 at a time', { metric: 'concurrency', capacity: 4 }],
    ['100k tokens / 1d, soft', { metric: 'tokens', capacity: 1e5, windowMs: DAY, soft: true }],
  ];

  it.each(cases)('L1: %j is read', (text, rule) => {
    expect(parseLimit(text)).toEqual(rule);
  });

  const wrong: readonly (readonly [string, number, string])[] = [
    ['', 1, 'expected an amount such as 5, 100k or $50, found the end'],
    ['calls / 5h', 1, 'expected an amount'],
    ['-5 calls / 5h', 1, 'greater than zero'],
    ['0 calls / 5h', 1, 'greater than zero'],
    ['1.5 calls / 5h', 1, 'expected a whole number'],
    ['$0.0000001 / 1d', 2, 'at most six decimals'],
    ['9007199254740993 tokens / 1d', 1, 'too large'],
    ['$9007199255 / 1d', 2, 'too large'],
    ['5 cals / 5h', 3, 'found "cals"; did you mean "calls"?'],
    ['5 imput tokens / 5h', 3, 'found "imput tokens"; did you mean "input tokens"?'],
    [
      '5 / 5h',
      3,
      'expected calls, tokens, input tokens, output tokens, usd or "at once", found "/"',
    ],
    ['5m calls / 5h', 2, 'found "m calls"'],
    ['5 calls', 8, 'expected "/" and a span of time such as 5h, found the end'],
    ['5 calls 5h', 9, 'expected "/" and a span of time such as 5h, found "5"'],
    ['5 calls / ', 10, 'expected a unit of time behind 1 (ms, s, m, h, d or w), found the end'],
    ['5 calls / 5 hous', 13, 'found "hous"; did you mean "hours"?'],
    ['5 calls / 5x', 12, 'expected a unit of time behind 5'],
    ['5 calls / 2 months', 13, 'write it in days, such as 30d'],
    ['5 calls / -5h', 11, 'greater than zero'],
    ['5 calls / 0h', 11, 'at least 1 ms'],
    ['5 calls / 0.5ms', 11, 'at least 1 ms'],
    ['5 calls / 367d', 11, 'at most 366 d'],
    ['5 calls / 5h hard', 14, 'expected the end or ", soft", found "hard"'],
    ['5 calls / 5h, sort', 15, 'expected "soft" after the comma, found "sort"'],
    ['4 at once / 5h', 11, 'expected the end or ", soft", found "/"'],
    ['٥ calls / 5h', 1, 'expected an amount'],
  ];

  it.each(wrong)('L1: %j is refused at column %i', (text, column, problem) => {
    const [sentence, line, caret] = messageOf(() => parseLimit(text)).split('\n');
    expect(sentence).toContain(`column ${column}: `);
    expect(sentence).toContain(problem);
    expect(line).toBe(`  ${text}`);
    expect(caret).toBe(`${' '.repeat(column + 1)}^`);
  });

  it('L1: a long text is refused before it is read', () => {
    expect(messageOf(() => parseLimit('9'.repeat(100_000)))).toContain('at most 200 characters');
    expect(messageOf(() => parseLimit('9'.repeat(100_000))).length).toBeLessThan(200);
  });

  it('L1: line breaks do not put the caret elsewhere', () => {
    const [, line, caret] = messageOf(() => parseLimit('5\tcals\n/ 5h'))
      .split(/\n/)
      .slice(-3);
    expect(line).toBe('  5 cals / 5h');
    expect(caret).toBe('    ^');
  });
});

describe('normaliseLimit', () => {
  it('L1: text and data give the same rule', () => {
    const rule: LimitRule = { metric: 'usd', capacity: 50, windowMs: DAY };
    expect(normaliseLimit('$50 / 1d')).toEqual(rule);
    expect(normaliseLimit(rule)).toEqual(rule);
    expect(normaliseLimit({ ...rule, soft: false })).toEqual(rule);
    expect(normaliseLimit({ ...rule, soft: true })).toEqual({ ...rule, soft: true });
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [{ metric: 'cals', capacity: 5, windowMs: 1 }, 'wrong in metric: expected one of calls,'],
    [{ metric: 'toString', capacity: 5, windowMs: 1 }, 'wrong in metric'],
    [{ metric: 'calls', capacity: Number.NaN, windowMs: 1 }, 'wrong in capacity'],
    [{ metric: 'calls', capacity: Infinity, windowMs: 1 }, 'wrong in capacity'],
    [{ metric: 'calls', windowMs: 1 }, 'wrong in capacity'],
    [{ metric: 'calls', capacity: 5 }, 'wrong in windowMs: expected the length'],
    [{ metric: 'calls', capacity: 5, windowMs: 1.5 }, 'wrong in windowMs: expected whole ms'],
    [
      { metric: 'concurrency', capacity: 5, windowMs: 1 },
      'wrong in windowMs: calls at once have no',
    ],
  ];

  it.each(wrong)('L1: the data %j is refused', (rule, problem) => {
    expect(messageOf(() => normaliseLimit(rule as LimitRule))).toContain(problem);
  });

  it('L1: a typo in the text is a compile error too', () => {
    // @ts-expect-error The unit is wrong.
    const text: LimitText = '5 calls / 5x';
    expect(() => normaliseLimit(text)).toThrow(ConfigError);
  });
});

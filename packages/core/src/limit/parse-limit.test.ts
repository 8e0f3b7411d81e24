import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors/config-error.ts';
import type { GaugeRule, LimitRule, LimitText } from '../spec/limit.ts';
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
  const cases: readonly (readonly [string, LimitRule | GaugeRule])[] = [
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
    [
      '50 calls / 5h session',
      { metric: 'calls', capacity: 50, windowMs: 5 * HOUR, kind: 'session' },
    ],
    [
      '50 calls / 5h, soft, session',
      { metric: 'calls', capacity: 50, windowMs: 5 * HOUR, kind: 'session', soft: true },
    ],
    [
      '100k tokens / day in Europe/Berlin',
      { metric: 'tokens', capacity: 1e5, period: 'day', timeZone: 'Europe/Berlin' },
    ],
    [
      '100k tokens per calendar month in America/Argentina/Buenos_Aires, soft',
      {
        metric: 'tokens',
        capacity: 1e5,
        period: 'month',
        timeZone: 'America/Argentina/Buenos_Aires',
        soft: true,
      },
    ],
    ['5 calls / calendar week', { metric: 'calls', capacity: 5, period: 'week' }],
    ['60 calls / 1m, smooth', { metric: 'calls', capacity: 60, windowMs: 60_000, kind: 'smooth' }],
    [
      '60k tokens / 1m, smooth burst 5k',
      { metric: 'tokens', capacity: 60_000, windowMs: 60_000, kind: 'smooth', burst: 5_000 },
    ],
    [
      '$60 / 1h, smooth burst $.5',
      { metric: 'usd', capacity: 60, windowMs: HOUR, kind: 'smooth', burst: 0.5 },
    ],
    [
      '2M uncached input tokens / 1m',
      { metric: 'uncached-input-tokens', capacity: 2e6, windowMs: 60_000 },
    ],
    ['cpu < 80%', { gauge: 'cpu', below: 0.8 }],
    ['Disk-queue below 12.5 %, resume 7%', { gauge: 'Disk-queue', below: 0.125, resume: 0.07 }],
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
      'expected calls, tokens, input tokens, uncached input tokens, output tokens, usd or "at once", found "/"',
    ],
    ['cpu > 80%', 5, 'expected "<" and a percentage such as 80%, found ">"'],
    ['cpu 80%', 5, 'expected "<" and a percentage such as 80%, found "80"'],
    ['80% cpu', 3, 'a gauge is written like "cpu < 80%"'],
    ['unlimited', 1, 'what is unlimited needs no limit'],
    ['unlimited until cpu 80%', 1, 'write what holds calls back, such as "cpu < 80%"'],
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
    ['5 calls / 5h, sort', 15, 'expected "soft" or "smooth" after the comma, found "sort"'],
    ['5 calls / 5h, smoth', 15, 'found "smoth"; did you mean "smooth"?'],
    ['5 calls / 5h, soft, soft', 21, '"soft" was said already'],
    ['5 calls / 5h sesion', 14, 'found "sesion"; did you mean "session"?'],
    ['5 calls / 5h session, smooth', 23, 'either a session or smooth'],
    ['5 calls / 5h, smooth, smooth', 23, '"smooth" was said already'],
    ['5 calls / 5h, smooth burst', 27, 'expected how much may be used at once, such as 5'],
    ['5 calls / 5h, smooth burst 6', 28, 'a burst cannot be more than the limit itself'],
    ['5 calls / 5h, smooth burst 0', 28, 'a burst must be greater than zero'],
    ['5 calls / 5h, smooth burst 1.5', 28, 'expected a whole number'],
    ['5 calls / day in Europe/Berlim', 18, 'did you mean "Europe/Berlin"?'],
    ['5 calls / day in', 17, 'expected a time zone such as Europe/Berlin, found the end'],
    ['5 calls / 2 days in UTC', 11, 'only one period of a calendar has a time zone'],
    ['5 calls / year in UTC', 11, 'expected hour, day, week or month of the calendar'],
    ['5 calls / calender day', 11, 'found "calender"; did you mean "calendar"?'],
    ['5 calls / calendar dai', 20, 'found "dai"; did you mean "day"?'],
    ['5 calls / calendar day, smooth', 25, 'cannot be smooth; write two limits'],
    ['4 at once / 5h', 11, 'expected the end, found "/"'],
    ['4 at once, soft', 10, 'expected the end, found ","'],
    ['cpu < 80', 9, 'expected "%" behind 80, found the end'],
    ['cpu < much', 7, 'expected a percentage such as 80%, found "much"'],
    ['cpu < 0%', 7, 'never reads less than 0 %'],
    ['cpu < 120%', 7, 'at most 100 %'],
    ['cpu < 80%, resume 90%', 19, 'cannot start again above'],
    ['cpu < 80%, resume 0%', 19, 'wait for ever'],
    ['cpu < 80%, back 70%', 12, 'expected "resume" and a percentage'],
    ['cpu < 80% soft', 11, 'expected the end or ", resume 70%"'],
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
    expect(normaliseLimit({ ...rule, soft: false, kind: 'rolling' })).toEqual(rule);
    expect(normaliseLimit({ gauge: 'cpu', below: 0.8 })).toEqual(normaliseLimit('cpu < 80%'));
    expect(normaliseLimit({ ...rule, soft: true })).toEqual({ ...rule, soft: true });
  });

  const wrong: [unknown, string][] = [
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

  const calls = { metric: 'calls', capacity: 5 } as const;
  const hours = { from: '22:00', to: '06:00', capacity: 9 };
  wrong.push(
    [
      { ...calls, windowMs: 1, windwMs: 2 },
      'wrong in windwMs: a limit has no "windwMs"; did you mean "windowMs"?',
    ],
    [{ ...calls, windowMs: 1, period: 'day' }, 'wrong in windowMs: a calendar period has its own'],
    [{ ...calls, windowMs: 1, timeZone: 'UTC' }, 'wrong in timeZone: only a calendar period'],
    [{ ...calls, period: 'year' }, 'wrong in period: expected hour, day, week or month'],
    [{ ...calls, period: 'day', kind: 'session' }, 'cannot be a session'],
    [
      { ...calls, windowMs: 1, kind: 'fixed' },
      'wrong in kind: expected rolling, session or smooth',
    ],
    [{ ...calls, windowMs: 1, burst: 2 }, 'wrong in burst: only a smooth limit has a burst'],
    [{ gauge: '', below: 0.5 }, 'wrong in gauge: expected a name'],
    [{ gauge: 'cpu', below: 80 }, 'wrong in below: a gauge reads at most 100 %'],
    [{ ...calls, windowMs: 1, kind: 'smooth', schedule: [hours] }, 'one rate at all hours'],
    [{ ...calls, windowMs: 1, schedule: [] }, 'wrong in schedule: expected a list of 1 to 24'],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, to: '6:00' }] }, '"6:00" is no time of day'],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, to: '22:00' }] }, 'from 22:00 to 22:00 is no'],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, days: ['so'] }] }, '"so" is none of mon'],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, days: [] }] }, '"days" is empty'],
    [
      {
        ...calls,
        windowMs: 1,
        schedule: [
          { ...hours, capacity: 0 },
          { from: hours.to, to: hours.from, capacity: 0 },
        ],
      },
      'cover the week and let nothing through',
    ],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, capacity: -1 }] }, 'is a whole number, or 0'],
    [{ ...calls, windowMs: 1, schedule: [{ ...hours, timeZone: 'Nowhere' }] }, 'no time zone'],
    [{ ...calls, windowMs: 1, graduated: { from: 1 } }, 'wrong in graduated: "from" is a part'],
    [{ ...calls, windowMs: 1, graduated: { from: 0.5, step: 2 } }, '"step" is more than 0'],
    [{ ...calls, windowMs: 1, graduated: { from: 0.5, after: 0 } }, '"after" is a whole number'],
    [{ metric: 'concurrency', capacity: 5, graduated: { from: 0.5 } }, 'do not rise in steps'],
  );

  it.each(wrong)('L1 L3: the data %j is refused', (rule, problem) => {
    expect(messageOf(() => normaliseLimit(rule as LimitRule))).toContain(problem);
  });

  it('L1: a typo in the text is a compile error too', () => {
    // @ts-expect-error The unit is wrong.
    const unit: LimitText = '5 calls / 5x';
    // @ts-expect-error What is counted is wrong.
    const metric: LimitText = '50 cals / 5h session';
    // @ts-expect-error The word behind the comma is wrong.
    const manner: LimitText = '60 calls / 1m, smoth';
    // @ts-expect-error The period is wrong.
    const period: LimitText = '60 calls / calendar dai';
    // @ts-expect-error The sign is missing.
    const gauge: LimitText = 'cpu < 80';
    for (const text of [unit, metric, manner, period, gauge]) {
      expect(() => normaliseLimit(text)).toThrow(ConfigError);
    }
  });

  it('L1: every kind can be written as a text that the compiler knows', () => {
    const texts: readonly LimitText[] = [
      '5 calls / 5h',
      '50 calls / 5h session',
      '100k tokens / day in Europe/Berlin',
      '100k tokens / calendar week, soft',
      '60 calls / 1m, smooth',
      '60 calls / 1m, smooth burst 5',
      '$50 / 1d, soft',
      '2M uncached input tokens / m',
      '100K tokens / day',
      '60 calls / minute',
      '$50 / week, soft',
      '4 at once',
      'cpu < 80%',
      'memory < 90%, resume 80%',
    ];
    for (const text of texts) expect(() => normaliseLimit(text)).not.toThrow();
  });
});

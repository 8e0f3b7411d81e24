import { describe, expect, it } from 'vitest';
import type { Limit } from '../spec/limit.ts';
import { normaliseLimit } from './parse-limit.ts';

const calls = { metric: 'calls', capacity: 5, windowMs: 3_600_000 };
const hours = { from: '22:00', to: '06:00', capacity: 9 };

describe('the form of a limit as data', () => {
  it.each<[string, unknown, string]>([
    ['nothing', null, 'A limit is a text such as "5 calls / 5h", or an object with a metric'],
    ['a number', 5, 'and not 5'],
    ['a list', [], 'and not []'],
    ['an empty object', {}, 'wrong in metric: expected one of calls'],
    ['a typo of a gauge', { gauge: 'cpu', below: 0.8, resum: 0.7 }, 'did you mean "resume"?'],
    ['a gauge that counts', { gauge: 'cpu', below: 0.8, soft: true }, 'gauge has no "soft"'],
    ['a text for below', { gauge: 'cpu', below: '0.8' }, 'in below: expected a number, and not "0'],
    ['no below', { gauge: 'cpu' }, 'wrong in below: a gauge never reads'],
    [
      'NaN for resume',
      { gauge: 'cpu', below: 0.8, resume: Number.NaN },
      'resume: expected a number',
    ],
    ['a span of nothing', { ...calls, schedule: [null] }, 'entry 1: expected a span of hours'],
    [
      'a zone in hours',
      { ...calls, schedule: [{ ...hours, timezone: 'Europe/Berlin' }] },
      'entry 1: a span of hours has no "timezone"; did you mean "timeZone"?',
    ],
    ['days as text', { ...calls, schedule: [{ ...hours, days: 'mon' }] }, '"days" is a list such'],
    ['a zone that is none', { ...calls, schedule: [{ ...hours, timeZone: 5 }] }, 'zone is a name'],
    [
      'hours by text',
      { metric: 'usd', capacity: 5, windowMs: 1, schedule: [{ ...hours, capacity: '5' }] },
      'entry 1: its capacity is a number, and not "5"',
    ],
    ['no steps', { ...calls, graduated: null }, 'graduated: expected "graduated", an object of'],
    [
      'a typo of steps',
      { ...calls, graduated: { from: 0.2, steps: 0.2 } },
      '"graduated" has no "steps"; did you mean "step"?',
    ],
    ['a text for soft', { ...calls, soft: 'no' }, 'in soft: expected true or false, and not "no"'],
    ['soft calls at once', { metric: 'concurrency', capacity: 5, soft: true }, 'never estimated'],
    [
      'a text for capacity',
      { ...calls, capacity: '5' },
      'capacity: expected a number, and not "5"',
    ],
    ['NaN', { ...calls, capacity: Number.NaN }, '"capacity":"NaN"'],
    ['Infinity', { ...calls, capacity: Number.POSITIVE_INFINITY }, 'too large to be counted'],
    ['a big number', { ...calls, capacity: 5n }, 'capacity: expected a number, and not 5'],
    [
      'a text for burst',
      { metric: 'usd', capacity: 5, windowMs: 1, kind: 'smooth', burst: '1' },
      'wrong in burst: expected a number, and not "1"',
    ],
    [
      'a zone of the calendar',
      { metric: 'calls', capacity: 5, period: 'day', timeZone: 5 },
      'zone',
    ],
  ])('L1 L3: %s is refused in a sentence with a code', (_, limit, words) => {
    const error = { code: 'config.limit', message: expect.stringContaining(words) };
    expect(() => normaliseLimit(limit as Limit)).toThrow(expect.objectContaining(error));
  });

  it('L1 L3: soft may be said to be false, of calls at once too', () => {
    expect(normaliseLimit({ metric: 'concurrency', capacity: 5, soft: false })).toEqual({
      metric: 'concurrency',
      capacity: 5,
    });
  });
});

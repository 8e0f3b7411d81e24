import { describe, expect, it } from 'vitest';
import type { LimitText } from '../spec/limit.ts';
import {
  createJointLimits,
  jointFull,
  jointGranted,
  whyNotJoint,
  windowsAt,
} from './joint-limit.ts';
import { normaliseLimit } from './parse-limit.ts';

const HOUR = 3_600_000;
/** Noon in UTC. */
const NOON = Date.UTC(2026, 10, 26, 12);

function joint(text: LimitText) {
  const [limit] = createJointLimits('key k', [normaliseLimit(text)]);
  if (limit === undefined) throw new Error(`${text} is not joint`);
  return limit;
}

describe('joint limits', () => {
  it('L4: are named by what they count and over which time, and not by how much', () => {
    const names: readonly LimitText[] = [
      '5 calls / 2s',
      '9 calls / 2s',
      '$50 / calendar month, soft',
      '3 at once',
    ];
    expect(names.map((text) => joint(text).limit)).toEqual([
      'key k: calls / 2s',
      'key k: calls / 2s',
      expect.stringMatching(/^key k: .* \/ calendar month, soft$/),
      'key k: at once',
    ]);
    expect(joint('$50 / 1d').capacity).toBe(50_000_000);
  });

  it('L4: of two that count the same the lower one holds, and gauges are none', () => {
    const texts: readonly LimitText[] = [
      '5 calls / 2s',
      '3 calls / 2s',
      '9 calls / 2s',
      'cpu < 80%',
    ];
    const limits = createJointLimits(
      'key k',
      texts.map((text) => normaliseLimit(text)),
    );
    expect(limits.map(({ capacity }) => capacity)).toEqual([3]);
  });

  it('L4: a use counts as much longer as a request may be on its way', () => {
    expect(windowsAt(joint('5 calls / 2s'), NOON, 250)).toEqual([
      { kind: 'rolling', windowMs: 2_250 },
    ]);
    const hourly = joint('5 calls / calendar hour');
    const first = { kind: 'period', startAt: NOON, endAt: NOON + HOUR };
    const next = { kind: 'period', startAt: NOON + HOUR, endAt: NOON + 2 * HOUR };
    expect(windowsAt(hourly, NOON, 250)).toEqual([first]);
    expect(windowsAt(hourly, NOON + HOUR - 251, 250)).toEqual([first]);
    expect(windowsAt(hourly, NOON + HOUR - 250, 250)).toEqual([first, next]);
    expect(windowsAt(hourly, NOON + HOUR, 250)).toEqual([next]);
    expect(windowsAt(joint('3 at once'), NOON, 250)).toEqual([{ kind: 'places' }]);
  });

  it('L4: one that was full is asked by one call, then by twice as many with each that gets room', () => {
    const limit = joint('5 calls / 2s');
    expect(jointGranted(limit)).toBe(false);
    const on = { kind: 'limit', what: '5 calls' } as const;
    jointFull(limit, { untilAt: 5, why: () => 'full', on });
    expect(limit).toMatchObject({ allowed: 1, refusals: 1 });
    const allowed: number[] = [];
    while (jointGranted(limit)) allowed.push(limit.allowed);
    expect(allowed.slice(0, 4)).toEqual([2, 4, 8, 16]);
    expect(allowed.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(limit.refusals).toBe(0);
  });

  it.each<readonly [LimitText, string | undefined]>([
    ['5 calls / 5h', undefined],
    ['100k tokens / day in Europe/Berlin', undefined],
    ['cpu < 80%', undefined],
    ['60 calls / 1m, smooth', '"60 calls / 1m, smooth" is a smooth limit'],
    ['50 calls / 5h session', '"50 calls / 5h session" is a session limit'],
  ])('L4: whether %s can be one', (text, why) => {
    expect(whyNotJoint(normaliseLimit(text))).toBe(why);
  });
});

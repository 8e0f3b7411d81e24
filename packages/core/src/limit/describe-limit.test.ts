import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { describeLimit } from './describe-limit.ts';
import { parseLimit } from './parse-limit.ts';

const windowMs = fc.oneof(
  fc.integer({ min: 1, max: 366 * 86_400_000 }),
  fc
    .tuple(fc.integer({ min: 1, max: 52 }), fc.constantFrom(1e3, 6e4, 36e5, 864e5, 6048e5))
    .map(([count, unit]) => count * unit),
);
const count = fc.oneof(
  fc.integer({ min: 1, max: 2_000_000 }),
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  fc.integer({ min: 1, max: 90_000 }).map((n) => n * 1e5),
);
const usd = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 1, max: 2 ** 52 }).map((micro) => micro / 1e6),
  fc.integer({ min: 1, max: 1e7 }).map((micro) => micro / 1e6),
);
const soft = fc.constantFrom({}, { soft: true });
const percent = fc.integer({ min: 1, max: 1_000 }).map((tenths) => tenths / 1_000);
const gauges: fc.Arbitrary<GaugeRule> = fc
  .tuple(fc.constantFrom('cpu', 'memory', 'disk-queue'), percent, percent, fc.boolean())
  .map(([gauge, a, b, resumes]) => ({
    gauge,
    below: Math.max(a, b),
    ...(resumes ? { resume: Math.min(a, b) } : {}),
  }));
const calendars: fc.Arbitrary<LimitRule> = fc
  .record({
    metric: fc.constantFrom<LimitRule['metric'][]>('calls', 'tokens', 'uncached-input-tokens'),
    capacity: count,
    period: fc.constantFrom('hour', 'day', 'week', 'month'),
  })
  .chain((rule) =>
    fc
      .constantFrom({}, { timeZone: 'Europe/Berlin' }, { timeZone: 'Etc/GMT+5' })
      .chain((zone) => soft.map((more) => ({ ...rule, ...zone, ...more }))),
  );
const kinds: fc.Arbitrary<LimitRule> = fc
  .record({ metric: fc.constantFrom('calls', 'tokens'), capacity: count, windowMs })
  .chain((rule) =>
    fc
      .constantFrom(
        { kind: 'session' },
        { kind: 'smooth' },
        { kind: 'smooth', burst: Math.min(rule.capacity, 20_000) },
      )
      .chain((kind) => soft.map((more) => ({ ...rule, ...kind, ...more }) as LimitRule)),
  );
const rules: fc.Arbitrary<LimitRule | GaugeRule> = fc.oneof(
  gauges,
  calendars,
  kinds,
  fc
    .record({
      metric: fc.constantFrom('calls', 'tokens', 'input-tokens', 'output-tokens'),
      capacity: count,
      windowMs,
    })
    .chain((rule) => soft.map((more) => ({ ...rule, ...more }) as LimitRule)),
  fc
    .record({ metric: fc.constant('usd'), capacity: usd, windowMs })
    .chain((rule) => soft.map((more) => ({ ...rule, ...more }) as LimitRule)),
  count.map((capacity): LimitRule => ({ metric: 'concurrency', capacity })),
);

describe('describeLimit', () => {
  it.each([
    ['5 calls / 20s', '5 calls per 20 seconds'],
    ['1 call / 1h', '1 call / h'],
    ['100k tokens / 1d', '100,000 tokens / 24h'],
    ['1.5M input tokens / 1w', '1500k input tokens / 7d'],
    ['12345 output tokens / 1500ms', '12345 output tokens / 1.5s'],
    ['$50 / 1d', '50 usd / 1d'],
    ['$0.50 / 1h', '$.5 / h'],
    ['$0.000125 / 1m, soft', '$0.000125 / 60s, soft'],
    ['4 at once', '4 concurrent'],
    ['50 calls / 5h session', '50 calls per 5 hours, session'],
    ['100k tokens / day in Europe/Berlin', '100k tokens per calendar day in Europe/Berlin'],
    ['60 calls / 1m, smooth burst 5, soft', '60 calls / 60s, soft, smooth burst 5'],
    ['cpu < 80%, resume 12.5%', 'cpu below 80 %, resume 12.5%'],
  ])('L1: says %j', (expected, text) => {
    expect(describeLimit(parseLimit(text))).toBe(expected);
  });

  it('L1: what it says is read back to the same rule', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(parseLimit(describeLimit(rule))).toEqual(rule);
      }),
      { numRuns: 2_000 },
    );
  });
});

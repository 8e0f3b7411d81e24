import { describe, expect, it } from 'vitest';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { type Claim, ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';

function limitsOf(texts: readonly LimitText[], concurrency = 1_000): ModelLimits {
  return new ModelLimits('m', texts.map(normaliseLimit), concurrency);
}

function use(inputTokens = 0, outputTokens = 0, microUsd = 0): CallEstimate {
  return { inputTokens, outputTokens, microUsd };
}

function claim(estimate: CallEstimate, worst: CallEstimate = estimate): Claim {
  return { estimate, worst };
}

describe('ModelLimits', () => {
  it('L1: of 1,000 calls of $0.10 on a $5 cap exactly 50 run', () => {
    const limits = limitsOf(['$5 / 1d']);
    let ran = 0;
    for (let call = 0; call < 1_000; call++) {
      if (limits.admit(0, claim(use(0, 0, 100_000))).kind !== 'run') continue;
      limits.start(`c${call}`, 0, claim(use(0, 0, 100_000)));
      ran += 1;
    }
    expect(ran).toBe(50);
    expect(limits.use(0)[0]).toMatchObject({ limit: 'm: $5 / 1d', held: 5_000_000, used: 0 });
  });

  it('L1: a burst at the boundary of 5 a second admits 5 in any 1,000 ms', () => {
    const limits = limitsOf(['5 calls / 1s']);
    const starts: number[] = [];
    for (let now = 990; now < 6_000; now += 3) {
      if (limits.admit(now, claim(use())).kind !== 'run') continue;
      limits.start(`${now}`, now, claim(use()));
      limits.settle(`${now}`, use());
      starts.push(now);
    }
    for (const first of starts) {
      expect(starts.filter((at) => at >= first && at < first + 1_000).length).toBeLessThanOrEqual(
        5,
      );
    }
    expect(starts.length).toBeGreaterThan(20);
  });

  it('L1: hard limits reserve the worst case, soft ones the estimate', () => {
    const one = claim(use(10, 10), use(10, 90));
    const holds = (text: LimitText | LimitRule): unknown =>
      new ModelLimits('m', [normaliseLimit(text)], 4).admit(0, one);
    expect(holds('1k tokens / 1h')).toEqual({
      kind: 'run',
      holds: [
        { limit: 'm: 1000 tokens / 1h', amount: 100 },
        { limit: 'm: 4 at once', amount: 1 },
      ],
    });
    expect(holds({ metric: 'tokens', capacity: 1_000, windowMs: 3_600_000, soft: true })).toEqual({
      kind: 'run',
      holds: [
        { limit: 'm: 1000 tokens / 1h, soft', amount: 20 },
        { limit: 'm: 4 at once', amount: 1 },
      ],
    });
  });

  it('L1: what no window ever holds is refused at once, with what it needs', () => {
    const limits = limitsOf(['5 calls / 1s', '100 tokens / 1h', '$0.01 / 1d']);
    expect(limits.admit(0, claim(use(60, 60)))).toEqual({
      kind: 'never',
      why: 'the call may use 120 tokens, more than 100 tokens / 1h ever allows; make the limit larger or soft, or answers shorter by maxOutputTokens',
    });
    expect(limits.admit(0, claim(use(0, 0, 20_000)))).toMatchObject({
      why: expect.stringContaining('the call may use $0.02, more than $0.01 / 1d ever allows; '),
    });
    const soft = limitsOf(['100 input tokens / 1h, soft']).admit(0, claim(use(120)));
    expect(soft).toMatchObject({
      why: expect.stringMatching(/ ever allows; make the limit larger$/),
    });
    expect(limits.admit(0, claim(use(Number.POSITIVE_INFINITY))).kind).toBe('never');
  });

  it('K5: a wait says why, in words', () => {
    const limits = limitsOf(['5 calls / 20s', '100k tokens / 1h'], 6);
    for (let call = 0; call < 5; call++) limits.start(`c${call}`, call * 1_000, claim(use(10_000)));
    expect(limits.admit(12_000, claim(use(10_000)))).toEqual({
      kind: 'wait',
      untilAt: 20_000,
      why: '5/5 calls, resets in 8 s',
      on: { kind: 'limit', what: '5 calls' },
    });
    expect(limits.admit(21_000, claim(use(60_000)))).toEqual({
      kind: 'wait',
      untilAt: 3_600_000,
      why: '50k/100k tokens and 60k to come, resets in 59 min 39 s',
      on: { kind: 'limit', what: '100k tokens' },
    });
    limits.start('c5', 30_000, claim(use()));
    expect(limits.admit(40_000, claim(use()))).toEqual({
      kind: 'wait',
      untilAt: undefined,
      why: '6/6 calls at once, free when one ends',
      on: { kind: 'limit', what: 'calls at once' },
    });
  });

  it('L2: a settled call counts what it used from when it started; a released one counts nothing', () => {
    const limits = limitsOf(['2 calls / 1m', '1k tokens / 1m']);
    limits.start('a', 0, claim(use(100), use(800)));
    expect(limits.use(0).map(({ used, held }) => [used, held])).toEqual([
      [0, 1],
      [0, 800],
      [0, 1],
    ]);
    limits.settle('a', use(100, 50));
    expect(limits.use(0).map(({ used, held }) => [used, held])).toEqual([
      [1, 0],
      [150, 0],
      [0, 0],
    ]);
    limits.start('b', 1_000, claim(use(500)));
    limits.release('b');
    limits.release('b');
    limits.settle('b', use(900));
    expect(limits.use(1_000)[1]).toEqual({
      limit: 'm: 1000 tokens / 1m',
      used: 150,
      held: 0,
      capacity: 1_000,
      resetAt: 60_000,
    });
    expect(limits.running).toBe(0);
  });

  it('R2: a call that is started twice is charged once', () => {
    const limits = limitsOf(['5 calls / 1m'], 4);
    limits.start('a', 0, claim(use()));
    limits.start('a', 0, claim(use()));
    expect(limits.use(0).map(({ used, held }) => [used, held])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('K4: the least of all that is said about concurrency counts', () => {
    const limits = new ModelLimits(
      'm',
      [normaliseLimit('2 at once'), normaliseLimit('3 at once')],
      8,
    );
    limits.start('a', 0, claim(use()));
    limits.start('b', 0, claim(use()));
    expect(limits.admit(0, claim(use())).kind).toBe('wait');
    expect(limits.use(0)).toEqual([
      { limit: 'm: 2 at once', used: 0, held: 2, capacity: 2, resetAt: undefined },
    ]);
  });

  it('K4: its concurrency can change at any time, under the rules about it, and calls above it go on', () => {
    const limits = new ModelLimits('m', [normaliseLimit('3 at once')], 1);
    limits.start('a', 0, claim(use()));
    expect(limits.admit(0, claim(use()))).toMatchObject({
      kind: 'wait',
      why: '1/1 calls at once, free when one ends',
    });
    limits.setConcurrency(8);
    limits.start('b', 0, claim(use()));
    expect(limits.clone().admit(0, claim(use())).kind).toBe('run');
    expect(limits.use(0)).toEqual([
      { limit: 'm: 3 at once', used: 0, held: 2, capacity: 3, resetAt: undefined },
    ]);
    limits.setConcurrency(1);
    expect([limits.running, limits.admit(0, claim(use())).kind]).toEqual([2, 'wait']);
    limits.settle('a', use());
    expect(limits.admit(0, claim(use())).kind).toBe('wait');
    limits.settle('b', use());
    expect(limits.admit(0, claim(use()))).toMatchObject({
      kind: 'run',
      holds: [{ limit: 'm: 1 at once', amount: 1 }],
    });
    limits.setConcurrency(0);
    expect(limits.admit(0, claim(use())).kind).toBe('wait');
  });

  it('L2: what the headers say makes calls wait until their reset, and never more get through', () => {
    const limits = limitsOf(['5 calls / 1m']);
    limits.learn(0, { requests: { remaining: 0, resetAt: 9_000 } });
    expect(limits.admit(1_000, claim(use()))).toEqual({
      kind: 'wait',
      untilAt: 9_000,
      why: 'the provider has 0 calls left, resets in 8 s',
      on: { kind: 'limit', what: 'calls of the provider' },
    });
    limits.learn(0, { requests: { limit: 1_000, remaining: 1_000, resetAt: 9_000 } });
    expect(limits.admit(8_999, claim(use())).kind).toBe('wait');
    expect(limits.admit(9_000, claim(use())).kind).toBe('run');
    for (let call = 0; call < 5; call++) limits.start(`c${call}`, 9_000, claim(use()));
    expect(limits.admit(9_001, claim(use())).kind).toBe('wait');
  });

  it('L2: calls started since the headers came are taken from what they said', () => {
    const limits = limitsOf([]);
    limits.learn(0, { requests: { remaining: 2, resetAt: 9_000 } });
    for (const call of ['a', 'b']) {
      expect(limits.admit(0, claim(use())).kind).toBe('run');
      limits.start(call, 0, claim(use()));
    }
    expect(limits.admit(0, claim(use()))).toMatchObject({ kind: 'wait', untilAt: 9_000 });
  });

  it('L1: after the clock was set back calls wait no longer than one window', () => {
    const limits = limitsOf(['2 calls / 20s', '1k tokens / 1m']);
    limits.start('a', 9_000_000, claim(use(400)));
    limits.start('b', 9_000_000, claim(use(400)));
    limits.learn(9_000_000, { requests: { remaining: 0, resetAt: 9_100_000 } });
    limits.setBack(1_000);
    expect(limits.admit(1_000, claim(use(1)))).toMatchObject({ kind: 'wait', untilAt: 21_000 });
    limits.settle('a', use(600));
    limits.release('b');
    expect(limits.use(1_000).map(({ used, held }) => [used, held])).toEqual([
      [1, 0],
      [600, 0],
      [0, 0],
    ]);
    expect(limits.admit(1_000, claim(use(1))).kind).toBe('run');
  });

  it('L1: admission, start and settlement over 5 windows take about a microsecond', () => {
    const texts: LimitText[] = [
      '1M calls / 5h',
      '1000M tokens / 1d',
      '$900000 / 1d',
      '1M calls / 1m',
    ];
    const one = claim(use(1_000, 200, 3_000), use(2_000, 8_000, 30_000));
    const best = Math.min(
      ...Array.from({ length: 6 }, () => {
        const limits = limitsOf([...texts, '90M input tokens / 1m']);
        const before = process.cpuUsage();
        for (let call = 0; call < 30_000; call++) {
          const now = call * 2;
          if (limits.admit(now, one).kind !== 'run') throw new Error('a call was not admitted');
          limits.start(`${call}`, now, one);
          limits.settle(`${call}`, one.estimate);
        }
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 30_000;
      }),
    );
    // Four times the target, in µs, for machines that are slower or have other work.
    expect(best).toBeLessThan(4);
  });
});

import { describe, expect, it } from 'vitest';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { normaliseLimit } from './parse-limit.ts';
import { ToolLimits } from './tool-limits.ts';
import type { ToolCall, ToolRules } from './tool-rules.ts';

const NOW = 1_000_000;

function rulesOf(
  limits: readonly (LimitText | LimitRule)[],
  some: Partial<ToolRules> = {},
): ToolRules {
  return {
    tools: ['search'],
    per: 'all',
    of: undefined,
    rules: limits.map((limit) => normaliseLimit(limit) as LimitRule),
    patienceMs: 1_000,
    ...some,
  };
}

function callOf(some: Partial<ToolCall> = {}): ToolCall {
  return { tool: 'search', caller: { role: 'worker' }, run: 'r', microUsd: 0, ...some };
}

function callOfUser(user: string): ToolCall {
  return callOf({ caller: { role: 'worker', user } });
}

describe('ToolLimits of many owners', () => {
  it('T5 L1: to ask changes nothing: owners that never called are not kept', () => {
    const limits = new ToolLimits([rulesOf(['5 calls / 1m'], { per: 'run' })]);
    for (let run = 0; run < 100; run++) {
      expect(limits.admit(callOf({ run: `r${run}` }), NOW)).toEqual({
        kind: 'run',
        holds: [{ limit: `tool search, run r${run}: 5 calls / 1m`, amount: 1 }],
      });
    }
    expect(limits.use(NOW)).toEqual([]);
    limits.start('x', callOf({ run: 'r7' }), NOW, []);
    expect(limits.use(NOW)).toMatchObject([{ limit: 'tool search, run r7: 5 calls / 1m' }]);
  });

  it('T5: whom a limit names is shown however many others there are', () => {
    const limits = new ToolLimits([
      rulesOf(['1 call / 1m'], { per: 'user', of: 'ada' }),
      rulesOf(['1 call / 1m'], { per: 'user' }),
    ]);
    for (let user = 0; user < 5_000; user++) {
      limits.start('x', callOfUser(`u${user}`), NOW + user * 1_000, []);
      limits.end('x');
    }
    const shown = limits.use(NOW + 5_000_000);
    expect(shown[0]?.limit).toBe('tool search, user ada: 1 call / 1m');
    expect(shown.length).toBeLessThan(2_100);
  });

  it('T5 L1: limits that rise are kept for the latest owners that rose, and let go where they stand at their beginning', () => {
    const graduated = { from: 0.5, step: 0.5, after: 1 };
    const rising = { metric: 'calls', capacity: 2, windowMs: 60_000, graduated } as const;
    const limits = new ToolLimits([rulesOf([rising], { per: 'user' })]);
    const callAt = (user: number, succeededAt?: number): void => {
      const at = NOW + user * 1_000;
      limits.start('x', callOfUser(`u${user}`), at, []);
      limits.end('x', succeededAt === undefined ? undefined : at);
    };
    callAt(0, 0);
    for (let user = 1; user < 5_000; user++) callAt(user);
    const endAt = NOW + 6_000_000;
    expect(limits.use(endAt).length).toBeLessThan(2_100);
    expect(limits.use(endAt)[0]).toMatchObject({ capacity: 2 });
    for (let user = 5_000; user < 15_000; user++) callAt(user, 0);
    expect(limits.use(endAt + 15_000_000).length).toBeLessThan(3_100);
  });

  it('T5: a call waits as patiently as the limits that count it, whatever others say', () => {
    const limits = new ToolLimits([
      rulesOf(['1 call / 30s'], { patienceMs: 60_000 }),
      rulesOf(['100 calls / 1d'], { per: 'user', of: 'bob', patienceMs: 0 }),
      rulesOf(['1 call / 1d'], { per: 'tenant', patienceMs: 5 }),
    ]);
    expect(limits.patienceMs(callOfUser('ada'))).toBe(60_000);
    expect(limits.patienceMs(callOfUser('bob'))).toBe(0);
  });
});

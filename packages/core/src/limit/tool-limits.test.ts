import { describe, expect, it } from 'vitest';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { normaliseLimit } from './parse-limit.ts';
import { ToolLimits } from './tool-limits.ts';
import type { ToolCall, ToolRules } from './tool-rules.ts';

const NOW = 1_000_000;

function rulesOf(texts: readonly LimitText[], some: Partial<ToolRules> = {}): ToolRules {
  return {
    tools: ['search'],
    per: 'all',
    of: undefined,
    rules: texts.map((text) => normaliseLimit(text) as LimitRule),
    patienceMs: 1_000,
    ...some,
  };
}

function callOf(some: Partial<ToolCall> = {}): ToolCall {
  return { tool: 'search', caller: { role: 'worker' }, run: 'r', microUsd: 0, ...some };
}

describe('ToolLimits', () => {
  it('T5: a call is charged to all of its quotas, and names them', () => {
    const limits = new ToolLimits([
      rulesOf(['2 calls / 1m', '1 at once']),
      rulesOf(['5 calls / 1h'], { tools: ['search', 'fetch'], per: 'user' }),
    ]);
    const call = callOf({ caller: { role: 'worker', user: 'ada' } });
    expect(limits.admit(call, NOW)).toEqual({
      kind: 'run',
      holds: [
        { limit: 'tool search: 2 calls / 1m', amount: 1 },
        { limit: 'tool search: 1 at once', amount: 1 },
        { limit: 'tool search + fetch, user ada: 5 calls / 1h', amount: 1 },
      ],
    });
    limits.start('x', call, NOW, []);
    expect(limits.admit(call, NOW)).toMatchObject({
      kind: 'wait',
      why: 'tool search: 1/1 calls at once, free when one ends',
    });
    expect(limits.use(NOW, 'fetch')).toMatchObject([{ held: 1, used: 0 }]);
    limits.end('x');
    limits.start('x', call, NOW + 1, []);
    limits.end('x');
    expect(limits.admit(call, NOW + 2)).toMatchObject({ kind: 'wait', untilAt: NOW + 60_000 });
    expect(limits.bounds('fetch')).toBe(true);
    expect(limits.bounds('other')).toBe(false);
    expect(limits.shares('search', 'fetch')).toBe(true);
    expect(limits.memoryMs).toBe(3_600_000);
  });

  it('T5: the least patient quota of a tool says how long is waited', () => {
    const limits = new ToolLimits([
      rulesOf(['2 calls / 1m'], { patienceMs: 5_000 }),
      rulesOf(['9 calls / 1h'], { patienceMs: 90 }),
      rulesOf(['9 calls / 1h'], { tools: ['fetch'], patienceMs: 1 }),
    ]);
    expect(limits.patienceMs(callOf())).toBe(90);
  });

  it('T5: an attempt that starts another call has ended the one before; what it was charged stays', () => {
    const limits = new ToolLimits([rulesOf(['9 calls / 1m', '2 at once'])]);
    limits.start('x', callOf(), NOW, []);
    limits.start('x', callOf(), NOW, []);
    expect(limits.use(NOW)).toMatchObject([{ used: 1, held: 1 }, { held: 1 }]);
    limits.endAll();
    expect(limits.use(NOW)).toMatchObject([{ used: 2, held: 0 }, { held: 0 }]);
  });

  it('T5: a session goes on by its record, and a clock that is set back frees nothing', () => {
    const limits = new ToolLimits([rulesOf(['2 calls / 1h session'])]);
    limits.start('x', callOf(), NOW, [
      { limit: 'tool search: 2 calls / 1h session', amount: 1, openedAt: NOW - 3_000_000 },
    ]);
    limits.start('y', callOf(), NOW, []);
    expect(limits.admit(callOf(), NOW)).toMatchObject({ untilAt: NOW + 600_000 });
    limits.setBack(NOW - 100_000);
    expect(limits.admit(callOf(), NOW - 100_000).kind).toBe('wait');
  });

  it('T5: runs and users that come and go are not kept for ever', () => {
    const limits = new ToolLimits([rulesOf(['1 call / 1m'], { per: 'run' })]);
    for (let run = 0; run < 5_000; run++) {
      const at = NOW + run * 1_000;
      limits.start('x', callOf({ run: `r${run}` }), at, []);
      limits.end('x');
    }
    expect(limits.use(NOW + 5_000_000).length).toBeLessThan(2_100);
  });
});

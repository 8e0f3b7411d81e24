import { describe, expect, it } from 'vitest';
import { normaliseLimit } from '../limit/parse-limit.ts';
import type { ToolDown } from '../limit/tool-breakers.ts';
import { ToolLimits } from '../limit/tool-limits.ts';
import type { ToolCall } from '../limit/tool-rules.ts';
import type { LimitRule, LimitText } from '../spec/limit.ts';
import { heldForecast } from './held-forecast.ts';
import type { HeldLine, HeldStep } from './held-steps.ts';

const NOW = 100_000;

const CALL: ToolCall = { tool: 'send', caller: { role: 'worker' }, run: 'r', microUsd: 0 };

function limitsOf(...texts: readonly LimitText[]): ToolLimits {
  const rules = texts.map((text) => normaliseLimit(text) as LimitRule);
  return new ToolLimits([{ tools: ['send'], per: 'all', of: undefined, rules, patienceMs: 0 }]);
}

function lineOf(count: number, isCounted = true): HeldLine {
  const call = isCounted ? CALL : undefined;
  const task = { task: { step: { tool: 'send', input: {} } } };
  const step = { run: { id: 'r' }, task, call } as unknown as HeldStep;
  const steps = Array.from({ length: count }, () => ({ ...step }));
  return { steps, wait: { because: 'x', untilAt: undefined, on: undefined, isQuota: true } };
}

function foretold(
  lines: readonly HeldLine[],
  limits: ToolLimits,
  down?: ToolDown,
): readonly (readonly [startsAt: number | undefined, because: string | undefined])[] {
  const tools = { down: () => down };
  return heldForecast({ lines, limits, tools, nowMs: NOW }).map(({ startsAt, because }) => [
    startsAt === undefined ? undefined : startsAt - NOW,
    because,
  ]);
}

describe('heldForecast', () => {
  it('K5 T5: tries the quotas out over copies, and changes nothing', () => {
    const limits = limitsOf('2 calls / 10s');
    limits.start('x', CALL, NOW - 4_000, []);
    const before = limits.use(NOW);
    const times = [0, 6_000, 10_000, 16_000].map((at) => [at, undefined]);
    expect(foretold([lineOf(4)], limits)).toEqual(times);
    expect(foretold([lineOf(4)], limits)).toEqual(times);
    expect(limits.use(NOW)).toEqual(before);
  });

  it('K5 T5: says that nobody knows where only the end of a call helps', () => {
    const limits = limitsOf('1 at once');
    limits.start('x', CALL, NOW, []);
    const because = 'nobody knows how long the calls take that its tool makes now';
    expect(foretold([lineOf(2)], limits)).toEqual([
      [undefined, because],
      [undefined, because],
    ]);
    limits.end('x');
    expect(foretold([lineOf(2)], limits)).toEqual([
      [0, undefined],
      [undefined, because],
    ]);
  });

  it('K5 R10: a tool that is out of order is waited for, where it is known until when', () => {
    const down = { untilAt: NOW + 3_000, why: 'it broke', fault: 'it broke' };
    expect(foretold([lineOf(1, false), lineOf(2)], limitsOf('1 call / 10s'), down)).toEqual([
      [3_000, undefined],
      [3_000, undefined],
      [13_000, undefined],
    ]);
    expect(
      foretold([lineOf(1)], limitsOf('1 call / 10s'), { ...down, untilAt: undefined }),
    ).toEqual([[undefined, 'a call that is under way tries whether its tool works again']]);
  });

  it('K5: foretells a thousand starts and no more', () => {
    const found = foretold([lineOf(1_001)], limitsOf('1 call / 1s'));
    expect(found.at(999)).toEqual([999_000, undefined]);
    expect(found.at(1_000)).toEqual([undefined, 'more than 1000 starts away']);
  });
});

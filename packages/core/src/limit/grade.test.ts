import { describe, expect, it } from 'vitest';
import { ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';

const one = { inputTokens: 1, outputTokens: 0, microUsd: 0 };
const claim = { estimate: one, worst: one };
const MINUTE = 60_000;

/** Makes as many calls as are let through at `at`, all of which succeed; returns how many. */
function flood(limits: ModelLimits, at: number): number {
  let count = 0;
  while (limits.admit(at, claim).kind === 'run') {
    count += 1;
    limits.start(`${at} ${count}`, at, claim);
    limits.settle(`${at} ${count}`, one, at);
  }
  return count;
}

describe('Grade', () => {
  const rule = normaliseLimit({
    metric: 'calls',
    capacity: 100,
    windowMs: MINUTE,
    graduated: { from: 0.2, step: 0.1, after: 4 },
  });

  it('L3: a limit begins low, rises by a step after successes at high use, and ends at the whole', () => {
    const limits = new ModelLimits('m', [rule], 1_000);
    const passed = Array.from({ length: 9 }, (_, minute) => flood(limits, minute * MINUTE));
    expect(passed[0]).toBeGreaterThanOrEqual(20);
    for (const [index, count] of passed.entries()) {
      expect(count).toBeGreaterThanOrEqual(passed[index - 1] ?? 0);
      expect(count).toBeLessThanOrEqual(100);
    }
    expect(passed.at(-1)).toBe(100);
  });

  it('L3: a refusal for too much halves it, and never below where it began', () => {
    const limits = new ModelLimits('m', [rule], 1_000);
    for (let minute = 0; minute < 9; minute++) flood(limits, minute * MINUTE);
    const capacity = (): number | undefined => limits.use(20 * MINUTE)[0]?.capacity;
    expect(capacity()).toBe(100);
    const halved = [50, 25, 20, 20].map((expected) => {
      limits.start('refused', 20 * MINUTE, claim);
      limits.release('refused', true);
      return [capacity(), expected];
    });
    for (const [found, expected] of halved) expect(found).toBe(expected);
  });

  it('L3: successes at low use say nothing', () => {
    const limits = new ModelLimits('m', [rule], 1_000);
    for (let call = 0; call < 50; call++) {
      limits.start(`${call}`, call * MINUTE, claim);
      limits.settle(`${call}`, one, call * MINUTE);
    }
    expect(limits.use(50 * MINUTE)[0]?.capacity).toBe(20);
  });

  it('L3: a call larger than what is allowed so far goes alone', () => {
    const tokens = normaliseLimit({
      metric: 'tokens',
      capacity: 100,
      windowMs: MINUTE,
      graduated: { from: 0.2 },
    });
    const limits = new ModelLimits('m', [tokens], 1_000);
    const large = { inputTokens: 60, outputTokens: 0, microUsd: 0 };
    expect(limits.admit(0, { estimate: large, worst: large }).kind).toBe('run');
    limits.start('a', 0, { estimate: large, worst: large });
    expect(limits.admit(0, { estimate: large, worst: large })).toMatchObject({
      kind: 'wait',
      untilAt: MINUTE,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { ModelLimits } from '../limit/model-limits.ts';
import { normaliseLimit } from '../limit/parse-limit.ts';
import { SharedLimits } from '../limit/shared-limits.ts';
import { CallsAhead } from './calls-ahead.ts';
import { LimitsForecast } from './model-forecast.ts';

const USE = { inputTokens: 10, outputTokens: 10, microUsd: 0 };
const CLAIM = { estimate: USE, worst: USE };

describe('LimitsForecast', () => {
  it('K5: says when a call could start, by windows and by calls that end, and leaves the limits as they are', () => {
    const limits = new ModelLimits('m', [normaliseLimit('3 calls / 10s')], 2);
    limits.start('open', 0, CLAIM);
    const calls = new CallsAhead();
    const open = [{ call: 'open', endsAt: 400, estimate: USE }];
    const ahead = new LimitsForecast(limits, open, calls);
    expect(ahead.earliest(100, CLAIM)).toBe(100);
    ahead.take(100, CLAIM, 1_000);
    expect(ahead.earliest(100, CLAIM)).toBe(400);
    expect([ahead.fits(100, CLAIM), ahead.fits(400, CLAIM)]).toEqual([false, false]);
    calls.advance(400);
    expect(ahead.fits(400, CLAIM)).toBe(true);
    ahead.take(400, CLAIM, 50);
    expect(calls.nextEndAt).toBe(450);
    calls.advance(450);
    expect(ahead.earliest(450, CLAIM)).toBe(10_000);
    expect(limits.running).toBe(1);
    expect(limits.admit(100, CLAIM).kind).toBe('run');
  });

  it('K5: never for what no limit lets through, and where nobody knows an end', () => {
    const limits = new ModelLimits('m', [normaliseLimit('5 tokens / 10s')], 1);
    expect(new LimitsForecast(limits, []).earliest(0, CLAIM)).toBe(Number.POSITIVE_INFINITY);
    const calls = new CallsAhead();
    const ahead = new LimitsForecast(new ModelLimits('m', [], 1), [], calls);
    ahead.take(0, CLAIM, Number.POSITIVE_INFINITY);
    expect(calls.nextEndAt).toBeUndefined();
    expect(ahead.earliest(5, CLAIM)).toBe(Number.POSITIVE_INFINITY);
  });

  it('K5 L1: of several keys it takes the one in turn, and the place of one may be free before the window of another', () => {
    const rules = (text: '1 calls / 10s' | '1 at once') => [normaliseLimit(text)];
    const shared = new SharedLimits({
      scopes: [
        { per: 'key', of: 'a', rules: rules('1 calls / 10s') },
        { per: 'key', of: 'b', rules: rules('1 at once') },
      ],
      pools: [],
      project: 'default',
      models: new Map([['m', { provider: 'p', key: undefined, keyNames: ['a', 'b'] }]]),
    });
    const limits = new ModelLimits('m', [], 10, undefined, shared);
    limits.setKeys(['a', 'b']);
    const calls = new CallsAhead();
    const ahead = new LimitsForecast(limits, [], calls);
    ahead.take(0, CLAIM, 100);
    ahead.take(0, CLAIM, 300);
    expect(ahead.earliest(1, CLAIM)).toBe(100);
    calls.advance(100);
    expect(ahead.earliest(100, CLAIM)).toBe(300);
    calls.advance(300);
    expect(ahead.earliest(300, CLAIM)).toBe(300);
    expect(limits.admit(1, CLAIM)).toMatchObject({ kind: 'run', keyName: 'a' });
    expect(shared.use(1).map(({ used, held }) => used + held)).toEqual([0, 0]);
  });
});

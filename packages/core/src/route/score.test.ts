import { describe, expect, it } from 'vitest';
import { routingOf } from './routing-options.ts';
import { describeScore, percent, scoreOf, usd, weightsFor } from './score.ts';

const weights = { lambda: 2, mu: 0.1, deadlineMs: 100_000 };

describe('weightsFor', () => {
  it('M14: lets time count for nothing where code must be right', () => {
    const routing = routingOf({ waitWeight: 0.3 });
    expect(['code', 'test', 'write'].map((kind) => weightsFor(routing, kind, 1).mu)).toEqual([
      0, 0, 0.3,
    ]);
    expect(weightsFor(routing, 'write', 2)).toEqual({ lambda: 2, mu: 0.3, deadlineMs: 600_000 });
  });
});

describe('scoreOf', () => {
  it('M14: is quality less what money and time count for', () => {
    const expected = { quality: 0.8, outcomes: 5, priceUsd: 0.05, takesMs: 50_000 };
    expect(scoreOf(expected, weights)).toBeCloseTo(0.8 - 0.1 - 0.05, 12);
    const unknown = { quality: 0.8, outcomes: 0, priceUsd: undefined, takesMs: undefined };
    expect(scoreOf(unknown, weights)).toBe(0.8);
  });

  it('M14: says itself in words and numbers', () => {
    const expected = { quality: 0.784, outcomes: 33.6, priceUsd: 0.05, takesMs: 12_300 };
    expect(describeScore(expected, weights)).toBe(
      'score 0.67: 78 % likely to succeed (34 outcomes), $0.05, 12 s',
    );
    const unknown = { quality: 0.5, outcomes: 1, priceUsd: undefined, takesMs: undefined };
    expect(describeScore(unknown, weights)).toBe(
      'score 0.50: 50 % likely to succeed (1 outcome), of unknown price',
    );
    expect([usd(0), usd(12), usd(0.00012), usd(1e-12)]).toEqual([
      '$0',
      '$12.00',
      '$0.00012',
      '$0.00000000',
    ]);
    expect(percent(0.995)).toBe('100 %');
  });
});

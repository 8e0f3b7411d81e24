import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';

const RULES = ['3 calls / 10s', '50 tokens / 20s'].map((text) =>
  normaliseLimit(text as '3 calls / 10s'),
);

const step = fc.record({
  afterMs: fc.nat(6_000),
  tokens: fc.nat(30),
  ends: fc.boolean(),
});

describe('a copy of limits', () => {
  it('K5: answers as the original does, and changes nothing in it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(step), (before, after) => {
        const limits = new ModelLimits('m', RULES, 2);
        const twin = new ModelLimits('m', RULES, 2);
        const at = play(twin, before, 0, 'a');
        play(limits, before, 0, 'a');
        limits.learn(at, { tokens: { remaining: 20, resetAt: at + 5_000 } });
        twin.learn(at, { tokens: { remaining: 20, resetAt: at + 5_000 } });
        const copy = limits.clone();
        play(copy, after, at, 'b');
        expect(limits.use(at)).toEqual(twin.use(at));
        const other = limits.clone();
        play(limits, after, at, 'b');
        expect(copy.use(at)).toEqual(limits.use(at));
        for (const [tokens, later] of [
          [1, 0],
          [40, 3_000],
        ] as const) {
          expect(other.admit(at + later, claimOf(tokens))).toEqual(
            twin.admit(at + later, claimOf(tokens)),
          );
          expect(copy.admit(at + later, claimOf(tokens))).toEqual(
            limits.admit(at + later, claimOf(tokens)),
          );
        }
      }),
    );
  });
});

function play(
  limits: ModelLimits,
  steps: readonly { readonly afterMs: number; readonly tokens: number; readonly ends: boolean }[],
  from: number,
  name: string,
): number {
  let at = from;
  for (const [index, { afterMs, tokens, ends }] of steps.entries()) {
    at += afterMs;
    if (limits.admit(at, claimOf(tokens)).kind !== 'run') continue;
    limits.start(`${name}${index}`, at, claimOf(tokens));
    if (ends) limits.settle(`${name}${index}`, claimOf(tokens).estimate);
  }
  return at;
}

function claimOf(tokens: number): Claim {
  const estimate = { inputTokens: tokens, outputTokens: 1, microUsd: 0 };
  return { estimate, worst: { ...estimate, outputTokens: 2 } };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from './model-error.ts';
import { saidWaitMs } from './said-wait.ts';

describe('a wait that was said', () => {
  it('R9: is a finite number from 0 on, and anything else says nothing', () => {
    fc.assert(
      fc.property(fc.anything(), (said) => {
        const waitMs = saidWaitMs(said);
        if (waitMs !== undefined)
          expect(waitMs >= 0 && waitMs < Number.POSITIVE_INFINITY).toBe(true);
      }),
    );
    expect([0, 1.5, 86_400_000].map(saidWaitMs)).toEqual([0, 1.5, 86_400_000]);
    const nothing = [Number.NaN, Number.POSITIVE_INFINITY, -1, '60', null, undefined, {}];
    expect(nothing.map(saidWaitMs)).toEqual(nothing.map(() => undefined));
  });

  it('R9 M18: is left out of the error of a model where it is no wait', () => {
    const waits = [Number.NaN, Number.POSITIVE_INFINITY, -5].map(
      (retryAfterMs) => new ModelError('rate-limit', 'Later.', { retryAfterMs }).retryAfterMs,
    );
    expect(waits).toEqual([undefined, undefined, undefined]);
    expect(new ModelError('rate-limit', 'Later.', { retryAfterMs: 0 }).retryAfterMs).toBe(0);
  });
});

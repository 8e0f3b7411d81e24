import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsAnywhere, type WindowNeed, wasCut, windowFor } from './window.ts';

const NEED: WindowNeed = {
  input: 100,
  output: undefined,
  wanted: undefined,
  most: undefined,
  loaded: undefined,
};

describe('the window of a model in Ollama', () => {
  it.each([
    ['a small request gets the least', {}, { kind: 'fits', tokens: 4096 }],
    ['a larger one the next doubling', { input: 5000 }, { kind: 'fits', tokens: 16_384 }],
    ['room for the answer counts', { output: 6000 }, { kind: 'fits', tokens: 8192 }],
    ['what is in memory stays', { loaded: 20_000 }, { kind: 'fits', tokens: 20_000 }],
    [
      'nobody grows beyond 32,768 unasked',
      { input: 60_000 },
      { kind: 'too-small', tokens: 32_768 },
    ],
    ['who asks gets more', { input: 60_000, wanted: 100_000 }, { kind: 'fits', tokens: 100_000 }],
    [
      'no model gets more than it has',
      { wanted: 9000, most: 8192 },
      { kind: 'fits', tokens: 8192 },
    ],
    ['an estimate may err', { input: 4000, wanted: 4096 }, { kind: 'tight', tokens: 4096 }],
    ['but not by so much', { input: 6000, wanted: 4096 }, { kind: 'too-small', tokens: 4096 }],
  ] as const)('M12: %s', (_, given, window) => {
    expect(windowFor({ ...NEED, ...given })).toEqual(window);
  });

  it('M12: holds what fits, never exceeds the model, and never shrinks', () => {
    const tokens = fc.integer({ min: 1, max: 300_000 });
    const maybe = fc.option(tokens, { nil: undefined });
    const need = fc.record({
      input: tokens,
      output: maybe,
      wanted: maybe,
      most: maybe,
      loaded: maybe,
    });
    fc.assert(
      fc.property(need, (one) => {
        const window = windowFor(one);
        if (window.kind === 'fits') expect(window.tokens).toBeGreaterThanOrEqual(one.input * 1.25);
        if (one.most !== undefined) expect(window.tokens).toBeLessThanOrEqual(one.most);
        if (one.wanted === undefined) {
          const floor = Math.min(one.loaded ?? 0, one.most ?? Number.POSITIVE_INFINITY);
          expect(window.tokens).toBeGreaterThanOrEqual(floor);
        }
      }),
    );
  });

  it('M12: a small request fits into the window of any server', () => {
    expect([1600, 1700].map(fitsAnywhere)).toEqual([true, false]);
  });

  it('M12: a prompt of which little was read was cut', () => {
    expect(wasCut(1000, 590)).toBe(true);
    expect(wasCut(1000, 610)).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsAnywhere, type WindowNeed, wasCut, windowFor } from './window.ts';

const NEED: Omit<WindowNeed, 'within'> = {
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
    const need = { ...NEED, ...given };
    expect(windowFor({ ...need, within: need.input * 0.3 })).toEqual(window);
  });

  it.each([
    ['Cyrillic may have twice as many', { input: 3500, within: 3850 }, 'fits', 16_384],
    ['Chinese may have a third', { input: 11_000, within: 7150, wanted: 4096 }, 'tight', 4096],
    ['but no text less', { input: 12_000, within: 54_000, wanted: 4096 }, 'too-small', 4096],
  ] as const)('M12: %s of the tokens that were estimated', (_, given, kind, tokens) => {
    expect(windowFor({ ...NEED, ...given })).toEqual({ kind, tokens });
  });

  it('M12: holds what fits, never exceeds the model, and never shrinks', () => {
    const tokens = fc.integer({ min: 1, max: 300_000 });
    const maybe = fc.option(tokens, { nil: undefined });
    const need = fc.record({
      input: tokens,
      within: tokens,
      output: maybe,
      wanted: maybe,
      most: maybe,
      loaded: maybe,
    });
    fc.assert(
      fc.property(need, (one) => {
        const window = windowFor(one);
        if (window.kind === 'fits')
          expect(window.tokens).toBeGreaterThanOrEqual(one.input + one.within);
        if (one.most !== undefined) expect(window.tokens).toBeLessThanOrEqual(one.most);
        if (one.wanted === undefined) {
          const floor = Math.min(one.loaded ?? 0, one.most ?? Number.POSITIVE_INFINITY);
          expect(window.tokens).toBeGreaterThanOrEqual(floor);
        }
      }),
    );
  });

  it('M12: a small request fits into the window of any server', () => {
    expect([448, 449].map((within) => fitsAnywhere({ input: 1600, within }))).toEqual([
      true,
      false,
    ]);
  });

  it('M12: a prompt of which little was read was cut', () => {
    const read = (tokens: number, within: number) => wasCut({ input: 1000, within }, tokens);
    expect([read(590, 300), read(610, 300)]).toEqual([true, false]);
    expect([read(240, 650), read(260, 650)]).toEqual([true, false]);
    expect([read(240, 4500), read(260, 4500)]).toEqual([true, false]);
  });
});

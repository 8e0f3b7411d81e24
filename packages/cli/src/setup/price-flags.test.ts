import { lmstudio } from '@overseer/adapters/lmstudio';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { describe, expect, it } from 'vitest';
import { pricesOf, requirePrices } from './price-flags.ts';

/** Not local, and of no known price. */
const cloud = openaiCompatible('gpt-5', { baseURL: 'https://models.test' });
const local = lmstudio('qwen3');

describe('prices', () => {
  it('L7: are read by model, whether its provider is said or not', () => {
    expect([...pricesOf(['gpt-5=0.25/2', 'lmstudio:qwen3=1/1.5'], [cloud, local])]).toEqual([
      ['gpt-5', { input: 0.25, output: 2 }],
      ['qwen3', { input: 1, output: 1.5 }],
    ]);
  });

  it.each([
    ['config.command-line', 'gpt-5', /such as gpt-5-mini=0\.25\/2/],
    ['config.command-line', 'gpt-5=1', /got "gpt-5=1"/],
    ['config.command-line', 'gpt-5=-1/2', /got/],
    ['config.unknown-model', 'gpt5=1/2', /did you mean "gpt-5"\?/],
  ])('X5: %s for %s', (code, text, words) => {
    expect(() => pricesOf([text], [cloud])).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) }),
    );
  });

  it('L7: a budget in dollars needs the price of every model that costs something', () => {
    const prices = pricesOf(['gpt-5=1/2'], [cloud, local]);
    expect(() => requirePrices(1, [cloud, local], new Map())).toThrow(
      expect.objectContaining({
        code: 'config.budget',
        message: expect.stringMatching(/gpt-5=INPUT/),
      }),
    );
    expect(() => requirePrices(1, [cloud, local], prices)).not.toThrow();
    expect(() => requirePrices(1, [local], new Map())).not.toThrow();
    expect(() => requirePrices(undefined, [cloud], new Map())).not.toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import { requireFields } from './require-fields.ts';

describe('requireFields', () => {
  it.each([
    [{ usdd: 1 }, 'Unknown field of a thing: "usdd"; did you mean "usd"? (known: calls, usd).'],
    [null, 'Expected a thing, an object of usd, calls, and not null.'],
    [undefined, 'and not undefined'],
    [[], 'and not a list'],
    ['usd', 'and not "usd"'],
    [5, 'and not 5'],
  ])('X5: refuses %j', (value, words) => {
    const error = { code: 'config.thing', message: expect.stringContaining(words) };
    expect(() => requireFields('a thing', value, ['usd', 'calls'], 'config.thing')).toThrow(
      expect.objectContaining(error),
    );
  });

  it('X5: takes what has some of them, or none', () => {
    requireFields('a thing', { usd: undefined }, ['usd'], 'config.thing');
    requireFields('a thing', {}, ['usd'], 'config.thing');
  });
});

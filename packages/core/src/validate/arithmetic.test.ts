import { describe, expect, it } from 'vitest';
import { arithmeticValidator } from './arithmetic.ts';
import { messagesOf, verdictOf } from './context.fixture.ts';

describe('arithmetic', () => {
  it('V1: names every sum that does not come out', async () => {
    const verdict = await verdictOf(
      arithmeticValidator,
      'So 3 × 4 = 13, 2 + 2 = 4 and 10 - 1 = 8.',
    );
    expect(messagesOf(verdict)).toEqual([
      '3 × 4 = 13 does not come out: it is 12.',
      '10 - 1 = 8 does not come out: it is 9.',
    ]);
  });

  it('V1: lets pass what reckons right, and what does not reckon', async () => {
    for (const text of ['2 + 2 = 4', 'const x = 5;', '']) {
      expect((await verdictOf(arithmeticValidator, text)).kind).toBe('pass');
    }
  });
});

import { expect, it } from 'vitest';
import { evaluateTokens } from './tokens.ts';

it('M12 Q3: measures the estimate against real tokenizers, and code says no less than that of it', async () => {
  const { figures } = await evaluateTokens(20);
  const bars = figures.filter(({ atMost }) => atMost !== undefined);
  expect(bars.map(({ subject }) => subject).toSorted()).toEqual([
    'ascii',
    'cyrillic',
    'latin',
    'other',
    'wide',
  ]);
  for (const { subject, value, atMost } of bars) {
    expect(value, subject).toBeGreaterThan(0);
    expect(value, subject).toBeLessThanOrEqual(atMost ?? 0);
  }
  // 29 kinds of text, two vocabularies, three figures each.
  expect(figures.length - bars.length).toBeGreaterThanOrEqual(29 * 6);
});

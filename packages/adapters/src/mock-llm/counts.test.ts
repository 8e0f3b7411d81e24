import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTally, type Settlement } from './counts.ts';

const settlements = fc.array(
  fc.oneof(
    fc.record({
      model: fc.constantFrom('a', 'b', '__proto__'),
      outcome: fc.constant('completed' as const),
      inputTokens: fc.nat(99),
      outputTokens: fc.nat(99),
    }),
    fc.record({
      model: fc.constantFrom('a', 'b', '__proto__'),
      outcome: fc.constant('failed' as const),
      status: fc.constantFrom(429, 500),
    }),
    fc.record({
      model: fc.constantFrom('a', 'b', '__proto__'),
      outcome: fc.constantFrom('cut' as const, 'closed-early' as const),
    }),
  ),
);

it('M17: every request is in exactly one of the counts, and only completed replies have tokens', () => {
  fc.assert(
    fc.property(settlements, (all: readonly Settlement[]) => {
      const tally = createTally();
      for (const settlement of all) tally.add(settlement);
      for (const [model, counts] of Object.entries(tally.counts())) {
        const mine = all.filter((settlement) => settlement.model === model);
        const failed = Object.values(counts.failed).reduce((sum, n) => sum + n, 0);
        const { requests, completed, cut, closedEarly } = counts;
        expect(requests).toBe(mine.length);
        expect(completed + failed + cut + closedEarly).toBe(requests);
        const output = mine.map((one) => (one.outcome === 'completed' ? one.outputTokens : 0));
        expect(counts.outputTokens).toBe(output.reduce((sum, n) => sum + n, 0));
      }
    }),
  );
});

it('M17: names beyond the thousandth count together', () => {
  const tally = createTally();
  for (let n = 0; n < 1500; n++) tally.add({ model: `m${n}`, outcome: 'cut' });
  tally.add({ model: 'm3', outcome: 'cut' });
  const counts = tally.counts();
  expect(Object.keys(counts)).toHaveLength(1001);
  expect(counts['(other)']?.cut).toBe(500);
  expect(counts['m3']?.cut).toBe(2);
});

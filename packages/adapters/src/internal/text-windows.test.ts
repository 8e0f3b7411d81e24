import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextWindows } from './text-windows.ts';

it('M11: tells exactly whether two texts share a run', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ł', '😀'), maxLength: 40 });
  fc.assert(
    fc.property(letters, letters, fc.integer({ min: 1, max: 8 }), (text, other, width) => {
      const runs = Array.from({ length: Math.max(0, other.length - width + 1) }, (_, at) =>
        other.slice(at, at + width),
      );
      const expected = runs.some((run) => text.includes(run));
      expect(new TextWindows(text, width).shares(other)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

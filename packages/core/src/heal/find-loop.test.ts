import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLoop, type StepTrace } from './find-loop.ts';

const never = (): boolean => false;
const rules = { repeats: 5, isPolling: never };

describe('findLoop', () => {
  it('K10: finds the same step at its fifth time, and not before', () => {
    expect(findLoop(steps('aaaa'), rules)).toBeUndefined();
    expect(findLoop(steps('baaaaa'), rules)).toMatchObject({ period: 1, turns: 5 });
  });

  it('K10: finds turns of two to four steps at their fourth time', () => {
    expect(findLoop(steps('abababa'), rules)).toBeUndefined();
    expect(findLoop(steps('xabababab'), rules)).toMatchObject({ period: 2, turns: 4 });
    expect(findLoop(steps('abcabcabcabc'), rules)).toMatchObject({ period: 3, turns: 4 });
    expect(findLoop(steps('abcdabcdabcdabcd'), rules)).toMatchObject({ period: 4, turns: 4 });
  });

  it('K10: leaves tools alone that are there to be asked again', () => {
    const isPolling = (tool: string): boolean => tool === 'a';
    expect(findLoop(steps('aaaaaaaaaaaa'), { repeats: 5, isPolling })).toBeUndefined();
    expect(findLoop(steps('abababababab'), { repeats: 5, isPolling })).toBeUndefined();
    expect(findLoop(steps('bbbbb'), { repeats: 5, isPolling })).toBeDefined();
  });

  it('K10: gives who waits between calls twice as long', () => {
    const slow = (text: string): readonly StepTrace[] =>
      steps(text).map((step) => ({ ...step, tookMs: 1_000 }));
    expect(findLoop(slow('aaaaaaaaa'), rules)).toBeUndefined();
    expect(findLoop(slow('aaaaaaaaaa'), rules)).toMatchObject({ turns: 10 });
    expect(findLoop(slow('abababababababa'), rules)).toBeUndefined();
  });

  it('K10: finds nothing where every step is new, as long as it goes on', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), (digests) => {
        expect(findLoop(digests.map(stepOf), rules)).toBeUndefined();
      }),
    );
  });

  it('K10: finds nothing as soon as the latest step is new, whatever was before', () => {
    fc.assert(
      fc.property(letters, (text) => {
        expect(findLoop([...steps(text), stepOf('new', 99)], rules)).toBeUndefined();
      }),
    );
  });

  it('K10: finds every loop whatever came before it, and as one of what it is', () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 4 }), (before, period) => {
        const turn = 'wxyz'.slice(0, period);
        const loop = findLoop(steps(before + turn.repeat(5)), rules);
        expect(loop?.period).toBe(period);
        expect(new Set(loop?.steps.map(({ digest }) => digest))).toEqual(new Set(turn));
      }),
    );
  });

  it('K10: looks at the last 24 steps alone', () => {
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const all = steps(before + after.padStart(24, 'q'));
        expect(findLoop(all, rules)).toEqual(findLoop(all.slice(-24), rules));
      }),
    );
  });

  it('K10: says of every loop only what is so: equal turns to the very end', () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 3, max: 6 }), (text, repeats) => {
        const loop = findLoop(steps(text), { repeats, isPolling: never });
        if (loop === undefined) return;
        const digests = loop.steps.map(({ digest }) => digest).join('');
        expect(digests).toBe(digests.slice(0, loop.period).repeat(loop.turns));
        expect(text.endsWith(digests)).toBe(true);
      }),
    );
  });
});

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });

function steps(text: string): readonly StepTrace[] {
  return [...text].map(stepOf);
}

function stepOf(digest: string, at: number): StepTrace {
  return { seq: at, call: `call-${at}`, tools: [digest], digest, isError: false, tookMs: 5 };
}

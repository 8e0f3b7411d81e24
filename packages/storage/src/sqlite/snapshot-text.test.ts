import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotText } from './snapshot-text.ts';

describe('the text of a snapshot', () => {
  it('R2 Q4: is what JSON makes of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 7 }), async (body) => {
        // Only what came out of JSON is sure to be of it: -0 is not.
        const json = JSON.parse(JSON.stringify(body));
        expect(await snapshotText(json)).toBe(JSON.stringify(json));
      }),
    );
  });

  it('R2 K4: is made in turns of everything else where it is long, and in one where it is not', async () => {
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const row = (n: number) => [`${n}`, 'x'.repeat(1_000), [['m', n, n]]];
    const texts = Array.from({ length: 2_000 }, (_, n) => row(n));
    expect(await snapshotText({ open: [], learned: { quality: { texts: [] } } })).toHaveLength(46);
    expect(turns).toBe(0);
    const body = { open: [], learned: { quality: { texts } } };
    const text = await snapshotText(body);
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(9);
    expect(text).toBe(JSON.stringify(body));
  });
});

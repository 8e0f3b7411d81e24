import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { type CountedRequest, TokenCounts } from './token-counts.ts';

function asked(text: string): CountedRequest {
  return { messages: [{ role: 'user', parts: [{ type: 'text', text }] }] };
}

function counter(countTokens: () => number | Promise<number>) {
  return fakeModel({ reply: () => ({}), countTokens });
}

describe('counts of tokens', () => {
  it('M12: equal requests are counted once for all who wait, and remembered', async () => {
    let calls = 0;
    const model = counter(async () => ++calls * 7);
    const counts = new TokenCounts({ clock: createFakeClock() });
    const all = await Promise.all([1, 2, 3].map(() => counts.count(model, asked('a'))));
    expect(all.map(({ tokens }) => tokens)).toEqual([7, 7, 7]);
    expect(counts.known(model, asked('a'))?.tokens).toBe(7);
    expect(await counts.count(model, asked('b'))).toMatchObject({ tokens: 14 });
    expect(
      await counts.count(
        counter(() => 1),
        asked('a'),
      ),
    ).toMatchObject({ tokens: 1 });
    expect(calls).toBe(2);
  });

  it('M12 M18: what fails, is slow or makes no sense becomes an estimate, and the model is left alone for a minute', async () => {
    for (const wrong of [
      () => Number.NaN,
      () => -1,
      () => 1e300,
      () => {
        throw new Error('no');
      },
      () => new Promise<number>(() => undefined),
    ]) {
      const clock = createFakeClock();
      const counts = new TokenCounts({ clock });
      let calls = 0;
      const model = counter(() => {
        calls++;
        return wrong();
      });
      const count = counts.count(model, asked('a'));
      clock.advance(5_000);
      expect(await count).toMatchObject({ source: 'estimate' });
      expect(await counts.count(model, asked('b'))).toMatchObject({ source: 'estimate' });
      expect(calls).toBe(1);
      clock.advance(60_000);
      const later = counts.count(model, asked('c'));
      clock.advance(5_000);
      await later;
      expect(calls).toBe(2);
      expect(clock.pending).toBe(0);
    }
  });

  it('M12 K6: one who leaves is let go at once, and the others have their count', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const counts = new TokenCounts({ clock: createFakeClock() });
    const model = counter(() => promise);
    const controller = new AbortController();
    const leaves = counts.count(model, asked('a'), controller.signal);
    const stays = counts.count(model, asked('a'));
    controller.abort(new Error('enough'));
    await expect(leaves).rejects.toMatchObject({ kind: 'aborted' });
    resolve(5);
    expect(await stays).toMatchObject({ tokens: 5 });
  });

  it('M12: no more than 32 are asked for at once, and a thousand remembered', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const counts = new TokenCounts({ clock: createFakeClock() });
    const slow = counter(() => promise);
    const all = Array.from({ length: 40 }, (_, at) => counts.count(slow, asked(`${at}`)));
    expect((await Promise.all(all.slice(32))).map(({ source }) => source)).toEqual(
      Array.from({ length: 8 }, () => 'estimate'),
    );
    resolve(3);
    await Promise.all(all);
    const quick = counter(() => 2);
    for (let at = 0; at < 1_000; at++) await counts.count(quick, asked(`${at}`));
    expect(counts.known(slow, asked('0'))).toBeUndefined();
    expect(counts.known(quick, asked('0'))?.tokens).toBe(2);
  });

  it('M12: closing ends what is under way', async () => {
    const counts = new TokenCounts({ clock: createFakeClock() });
    const count = counts.count(
      counter(() => new Promise<number>(() => undefined)),
      asked('a'),
    );
    counts.close();
    expect(await count).toMatchObject({ source: 'estimate' });
  });
});

import { createFakeClock } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { fromCallback } from './from-callback.ts';

const signal = new AbortController().signal;

/** A source that gives one token, good for ten minutes, and cannot be reached from then on. */
function sealedVault() {
  const clock = createFakeClock();
  let asked = 0;
  const source = fromCallback(
    () => {
      if (++asked === 1) return { token: 'token-1', expiresAt: clock.now() + 600_000 };
      throw new Error('the vault is sealed');
    },
    { clock },
  );
  return { clock, source, asked: () => asked };
}

describe('a credential that is kept', () => {
  it('M11: is replaced for each of several calls that went out with it', async () => {
    let made = 0;
    const source = fromCallback(() => `token-${++made}`);
    const [one, two] = [await source.get({ signal }), await source.get({ signal })];
    expect(one).toBe(two);
    expect(source.settle?.(one, { kind: 'refused', because: 'auth' })).toBe(true);
    expect(source.settle?.(two, { kind: 'refused', because: 'auth' })).toBe(true);
    expect((await source.get({ signal })).token).toBe('token-2');
    expect(source.settle?.(two, { kind: 'refused', because: 'auth' })).toBe(true);
    expect(made).toBe(2);
  });

  it('M11: is used until it expires where its source cannot be reached for the next one, which is asked for every 5 s', async () => {
    const { clock, source, asked } = sealedVault();
    await source.get({ signal });
    clock.advance(550_000);
    const both = [await source.get({ signal }), await source.get({ signal })];
    expect(both.map(({ token }) => token)).toEqual(['token-1', 'token-1']);
    expect(asked()).toBe(2);
    clock.advance(5_000);
    await source.get({ signal });
    expect(asked()).toBe(3);
    clock.advance(45_000);
    await expect(source.get({ signal })).rejects.toMatchObject({ code: 'credentials.callback' });
  });

  it('M11: is used no more once it was refused, whether or not there is another', async () => {
    const { source } = sealedVault();
    const first = await source.get({ signal });
    source.settle?.(first, { kind: 'refused', because: 'auth' });
    await expect(source.get({ signal })).rejects.toMatchObject({ code: 'credentials.callback' });
  });

  it('M11: is not asked for again and again where the new one is refused as well', async () => {
    const source = fromCallback(() => 'the-same');
    const first = await source.get({ signal });
    expect(source.settle?.(first, { kind: 'refused', because: 'auth' })).toBe(true);
    const second = await source.get({ signal });
    expect(source.settle?.(second, { kind: 'refused', because: 'auth' })).toBe(false);
  });
});

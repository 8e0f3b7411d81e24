import { describe, expect, it } from 'vitest';
import { fromCallback } from './from-callback.ts';

const signal = new AbortController().signal;

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

  it('M11: is not asked for again and again where the new one is refused as well', async () => {
    const source = fromCallback(() => 'the-same');
    const first = await source.get({ signal });
    expect(source.settle?.(first, { kind: 'refused', because: 'auth' })).toBe(true);
    const second = await source.get({ signal });
    expect(source.settle?.(second, { kind: 'refused', because: 'auth' })).toBe(false);
  });
});

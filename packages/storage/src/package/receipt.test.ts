import { describe, expect, it } from 'vitest';
import { createKeyPair, fingerprintOf, keyPairOf } from './keys.ts';
import { pack, smallItems, unpack } from './package.fixture.ts';
import { checkReceipt, type Receipt, signReceipt } from './receipt.ts';

const sender = createKeyPair();
const receiver = createKeyPair();
const stranger = createKeyPair();
const sign = sender.secret;
const to = [receiver.public];

describe('a receipt', () => {
  it('R8: is for one package, by one receiver, up to its last event', async () => {
    const opened = await unpack(await pack(smallItems(), { sign, to }), {
      secret: receiver.secret,
    });
    const heads = { system: 3, 'project/a': 25 };
    const receipt: Receipt = JSON.parse(
      JSON.stringify(signReceipt(opened, heads, receiver.secret, 5)),
    );
    checkReceipt(receipt, opened, receiver.public);
    const other = await unpack(await pack(smallItems(), { sign }));
    expect(() => checkReceipt(receipt, other)).toThrow(/another package/);
    expect(() => checkReceipt(receipt, opened, stranger.public)).toThrow(/not by/);
    for (const change of [{ at: 6 }, { heads: { ...heads, system: 4 } }, { signature: 'AA' }]) {
      expect(() => checkReceipt({ ...receipt, ...change }, opened)).toThrow(/signature/);
    }
    const { heads: _, ...headless } = receipt;
    expect(() => checkReceipt(headless as Receipt, opened)).toThrow(/lacks what it must have/);
    const short = signReceipt(opened, { system: 3 }, receiver.secret);
    expect(() => checkReceipt(short, opened)).toThrow(/event 0 of 25/);
  });
});

describe('keys', () => {
  it('R8: are told apart, and a wrong one is never repeated', () => {
    expect(keyPairOf(sender.secret)).toEqual(sender);
    expect(fingerprintOf(sender.public)).toMatch(/^[0-9a-f]{16}$/);
    for (const wrong of ['', 'ovsec1_', sender.public, `${sender.secret}x`]) {
      expect(() => keyPairOf(wrong)).toThrow(/A secret key begins with ovsec1_/);
    }
    expect(() => fingerprintOf(sender.secret)).toThrow(/This one is a secret key/);
    try {
      fingerprintOf(sender.secret);
    } catch (error) {
      expect(String(error)).not.toContain(sender.secret.slice(7, 20));
    }
  });

  it('R8: a package is sealed one way', async () => {
    await expect(pack([], { sign, to, passphrase: 'x' })).rejects.toThrow(/not both/);
    await expect(pack([], { sign, passphrase: '' })).rejects.toThrow(/is empty/);
  });
});

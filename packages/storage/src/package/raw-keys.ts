import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** The curves: one signs, the other agrees on keys. */
export type Curve = 'ed25519' | 'x25519';

/** Bytes of a key of either curve. */
export const KEY_BYTES = 32;

/** What stands before the 32 bytes of a key in its standard form (RFC 8410). */
const PREFIX: Readonly<Record<Curve, { readonly secret: string; readonly shared: string }>> = {
  ed25519: {
    secret: '302e020100300506032b657004220420',
    shared: '302a300506032b6570032100',
  },
  x25519: {
    secret: '302e020100300506032b656e04220420',
    shared: '302a300506032b656e032100',
  },
};

/** A private key of its 32 bytes. */
export function privateKey(curve: Curve, bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(PREFIX[curve].secret, 'hex'), bytes]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** A public key of its 32 bytes. */
export function publicKey(curve: Curve, bytes: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(PREFIX[curve].shared, 'hex'), bytes]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** The 32 bytes of the public half. */
export function publicBytes(key: KeyObject): Buffer {
  const shared = key.type === 'private' ? createPublicKey(key) : key;
  return shared.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}

/** A new private key: the 32 bytes of it. */
export function newPrivateBytes(curve: Curve): Buffer {
  const { privateKey: key } =
    curve === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  return key.export({ format: 'der', type: 'pkcs8' }).subarray(-KEY_BYTES);
}

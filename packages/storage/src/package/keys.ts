import { hash, type KeyObject } from 'node:crypto';
import { PackageError } from './package-error.ts';
import { KEY_BYTES, newPrivateBytes, privateKey, publicBytes, publicKey } from './raw-keys.ts';

/** Who signs packages and receipts, and whom they are sealed for. */
export interface KeyPair {
  /** Give it to others: `ovpub1_…`. Whoever has it can seal packages for its owner, and knows the owner's signature. */
  readonly public: string;
  /** Keep it: `ovsec1_…`. */
  readonly secret: string;
}

/** Makes a new key pair: Ed25519 to sign with, X25519 to seal for. */
export function createKeyPair(): KeyPair {
  return pairOf(Buffer.concat([newPrivateBytes('ed25519'), newPrivateBytes('x25519')]));
}

/** The key pair of a secret key. Throws `PackageError` `package.key`, and never says the key. */
export function keyPairOf(secret: string): KeyPair {
  return pairOf(decode(secret, SECRET));
}

/** A short name of a public key for people to compare: 16 hex digits of its SHA-256. */
export function fingerprintOf(key: string): string {
  return hash('sha256', decode(key, SHARED), 'hex').slice(0, 16);
}

/** The halves of a secret key. */
export function openSecret(secret: string): {
  readonly signing: KeyObject;
  readonly sealing: KeyObject;
} {
  const bytes = decode(secret, SECRET);
  return {
    signing: privateKey('ed25519', bytes.subarray(0, KEY_BYTES)),
    sealing: privateKey('x25519', bytes.subarray(KEY_BYTES)),
  };
}

/** The halves of a public key. */
export function openPublic(key: string): {
  readonly signing: KeyObject;
  readonly sealing: KeyObject;
} {
  const bytes = decode(key, SHARED);
  return {
    signing: publicKey('ed25519', bytes.subarray(0, KEY_BYTES)),
    sealing: publicKey('x25519', bytes.subarray(KEY_BYTES)),
  };
}

const SECRET = 'ovsec1_';
const SHARED = 'ovpub1_';

function pairOf(bytes: Buffer): KeyPair {
  const signing = publicBytes(privateKey('ed25519', bytes.subarray(0, KEY_BYTES)));
  const sealing = publicBytes(privateKey('x25519', bytes.subarray(KEY_BYTES)));
  return {
    public: `${SHARED}${Buffer.concat([signing, sealing]).toString('base64url')}`,
    secret: `${SECRET}${bytes.toString('base64url')}`,
  };
}

function decode(text: string, prefix: string): Buffer {
  const kind = prefix === SECRET ? 'secret' : 'public';
  const trimmed = text.trim();
  const coded = trimmed.slice(prefix.length);
  const bytes = Buffer.from(coded, 'base64url');
  if (
    trimmed.startsWith(prefix) &&
    bytes.byteLength === 2 * KEY_BYTES &&
    bytes.toString('base64url') === coded
  ) {
    return bytes;
  }
  const hint = kind === 'public' && trimmed.startsWith(SECRET) ? ' This one is a secret key.' : '';
  throw new PackageError(
    'package.key',
    `A ${kind} key begins with ${prefix} and goes on with 86 letters and digits; what was given is none.${hint} \`overseer keys\` makes a pair.`,
  );
}

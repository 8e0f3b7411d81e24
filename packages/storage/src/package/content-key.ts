import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scrypt,
} from 'node:crypto';
import { fingerprintOf, keyPairOf, openPublic, openSecret } from './keys.ts';
import { PackageError } from './package-error.ts';
import { publicBytes, publicKey } from './raw-keys.ts';

/** How the key of a package's content is kept in its header. */
export type Seal =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'keys';
      /** The sender's half of the agreement, X25519, base64url. */
      readonly ephemeral: string;
      /** The content key for each recipient, by the fingerprint of the recipient's public key. */
      readonly keys: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'passphrase';
      readonly salt: string;
      readonly cost: number;
      readonly key: string;
    };

/** For whom a package is sealed. Without either it is signed alone, and anyone can read it. */
export interface SealOptions {
  /** Public keys; each of their owners can open it. */
  readonly to?: readonly string[];
  readonly passphrase?: string;
}

/** What opens a package. */
export interface OpenKeys {
  /** The secret key of a recipient. */
  readonly secret?: string;
  readonly passphrase?: string;
}

/** Makes a content key and seals it. Throws `PackageError` `package.key` for keys that are none, and for both ways at once. */
export async function sealContentKey({
  to = [],
  passphrase,
}: SealOptions): Promise<{ readonly seal: Seal; readonly key: Buffer | undefined }> {
  if (to.length > 0 && passphrase !== undefined) {
    throw new PackageError(
      'package.key',
      'A package is sealed for keys or by a passphrase, not both: leave one of them out.',
    );
  }
  const key = randomBytes(32);
  if (passphrase !== undefined) return { seal: await byPassphrase(passphrase, key), key };
  if (to.length === 0) return { seal: { kind: 'none' }, key: undefined };
  return { seal: forRecipients(to, key), key };
}

/** The content key, `undefined` where the package is not sealed. Throws `PackageError` `package.key` where these keys do not open it. */
export async function openContentKey(seal: Seal, keys: OpenKeys): Promise<Buffer | undefined> {
  switch (seal.kind) {
    case 'none':
      return undefined;
    case 'passphrase':
      return await withPassphrase(seal, keys.passphrase);
    case 'keys':
      return withSecret(seal, keys.secret);
  }
}

/** scrypt's N as a power of two: 128 MiB and some tenths of a second for whoever guesses. */
const COST = 17;
/** A package may ask for at most 16 times as much. */
const MOST_COST = 21;

function forRecipients(to: readonly string[], key: Buffer): Seal {
  const ephemeral = generateKeyPairSync('x25519').privateKey;
  const ours = publicBytes(ephemeral);
  const wrapped = to.map((recipient) => {
    const { sealing } = openPublic(recipient);
    const shared = agree(ephemeral, sealing, ours, publicBytes(sealing));
    return [fingerprintOf(recipient), wrap(shared, key)] as const;
  });
  return {
    kind: 'keys',
    ephemeral: ours.toString('base64url'),
    keys: Object.fromEntries(wrapped),
  };
}

function withSecret(seal: Seal & { kind: 'keys' }, secret: string | undefined): Buffer {
  const names = Object.keys(seal.keys).join(', ');
  if (secret === undefined) {
    throw new PackageError(
      'package.key',
      `The package is sealed for the owners of ${names}: give the secret key of one of them.`,
    );
  }
  const { sealing } = openSecret(secret);
  const name = fingerprintOf(keyPairOf(secret).public);
  const wrapped = Object.hasOwn(seal.keys, name) ? seal.keys[name] : undefined;
  const theirs = Buffer.from(seal.ephemeral, 'base64url');
  const key = wrapped && unwrap(agreeOrNone(sealing, theirs), wrapped);
  if (key) return key;
  throw new PackageError(
    'package.key',
    `The package is sealed for the owners of ${names}, not for ${name}: have it made for that key, or use the right one.`,
  );
}

/** RFC 7748 agreement, then RFC 5869: the key is bound to both halves. */
function agree(own: KeyObject, other: KeyObject, ephemeral: Buffer, recipient: Buffer): Buffer {
  const secret = diffieHellman({ privateKey: own, publicKey: other });
  const salt = Buffer.concat([ephemeral, recipient]);
  return Buffer.from(hkdfSync('sha256', secret, salt, 'ovpkg/1 content key', 32));
}

function agreeOrNone(sealing: KeyObject, ephemeral: Buffer): Buffer | undefined {
  try {
    return agree(sealing, publicKey('x25519', ephemeral), ephemeral, publicBytes(sealing));
  } catch {
    return undefined;
  }
}

async function byPassphrase(passphrase: string, key: Buffer): Promise<Seal> {
  if (passphrase === '') {
    throw new PackageError('package.key', 'The passphrase is empty: give one of several words.');
  }
  const salt = randomBytes(16);
  const wrapped = wrap(await stretch(passphrase, salt, COST), key);
  return { kind: 'passphrase', salt: salt.toString('base64url'), cost: COST, key: wrapped };
}

async function withPassphrase(
  { salt, cost, key }: Seal & { kind: 'passphrase' },
  passphrase: string | undefined,
): Promise<Buffer> {
  if (passphrase === undefined) {
    throw new PackageError('package.key', 'The package is sealed by a passphrase: give it.');
  }
  if (!Number.isInteger(cost) || cost < 10 || cost > MOST_COST) {
    throw new PackageError(
      'package.form',
      `The package asks for scrypt at cost ${cost}, which is not taken on.`,
    );
  }
  const opened = unwrap(await stretch(passphrase, Buffer.from(salt, 'base64url'), cost), key);
  if (opened !== undefined) return opened;
  throw new PackageError('package.key', 'The passphrase is not that of the package.');
}

/** RFC 7914. Characters that look alike are made one, so that a passphrase can be typed anywhere. */
function stretch(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** (cost + 11) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** Each wrapping key is used once, so that its nonce need not differ. */
const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;

function wrap(wrapping: Buffer, key: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', wrapping, NONCE);
  const sealed = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString('base64url');
}

function unwrap(wrapping: Buffer | undefined, text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (wrapping === undefined || bytes.byteLength !== 32 + TAG_BYTES) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', wrapping, NONCE, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(bytes.subarray(32));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(0, 32)), cipher.final()]);
  } catch {
    return undefined;
  }
}

/** Hex SHA-256, as packages name bytes. */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

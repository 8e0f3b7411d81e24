import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Bytes of every key. */
export const KEY_BYTES = 32;

/** A key for the content of one run, or of a stream beside its runs. */
export interface DataKey {
  /** Its number in its store, written in each envelope. */
  readonly id: number;
  /** Seals content. */
  readonly seal: Uint8Array;
  /** Names content: without it nobody can tell whether two runs hold equal content, or guess what it is. */
  readonly name: Uint8Array;
}

/** A new secret that a data key is made of. */
export function newSecret(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** The data key of a secret; sealing and naming have keys of their own. */
export function dataKey(id: number, secret: Uint8Array): DataKey {
  return { id, seal: derive(secret, 'overseer seal'), name: derive(secret, 'overseer name') };
}

/** The name of content under a key: HMAC-SHA-256, in hex. */
export function nameUnder(key: DataKey, content: Uint8Array): string {
  return createHmac('sha256', key.name).update(content).digest('hex');
}

/** Wraps a secret for its owner under a master key: 12 bytes nonce, ciphertext, 16 bytes tag. */
export function wrap(secret: Uint8Array, master: Uint8Array, owner: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', master, nonce);
  cipher.setAAD(Buffer.from(`overseer data key ${owner}`));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** The secret again; `undefined` under another master key, for another owner, or when the bytes were changed. */
export function unwrap(wrapped: Uint8Array, master: Uint8Array, owner: string): Buffer | undefined {
  if (wrapped.byteLength !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(`overseer data key ${owner}`));
    decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
    const secret = decipher.update(wrapped.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([secret, decipher.final()]);
  } catch {
    return undefined;
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function derive(secret: Uint8Array, use: string): Buffer {
  return createHmac('sha256', secret).update(use).digest();
}

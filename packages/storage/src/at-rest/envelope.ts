import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { DataKey } from './data-key.ts';

/** The newest version of the form: the first byte of every envelope. */
export const ENVELOPE_VERSION = 2;

/** How content is put away. */
export interface PackOptions {
  /** Content of at least this many bytes is compressed (zstd, level 3) where that makes it smaller. */
  readonly compressFrom: number;
  /** What became of the content when it was compressed before; it is compressed here and now where this is left out. */
  readonly squeezed?: Squeezed | undefined;
  /** Seals it with AES-256-GCM; absent leaves it readable. */
  readonly key?: DataKey | undefined;
  /** Where the content belongs, such as its stream and `seq`: sealed content opens in that place alone. */
  readonly place: string;
  /** What stands in the clear beside it: sealed content opens beside that alone. Where it is left out, nothing does. */
  readonly beside?: string;
}

/** Content that was compressed. */
export interface Squeezed {
  /** As it was. */
  readonly content: Uint8Array;
  /** `undefined` where that did not make it smaller. */
  readonly bytes: Buffer | undefined;
}

/** What came of opening an envelope. */
export type Unpacked =
  | { readonly kind: 'content'; readonly content: Buffer }
  /** The key it is sealed with is not among those that were given. */
  | { readonly kind: 'locked'; readonly keyId: number }
  /** It is cut short, changed, in another place than its own, or of a version that this code does not know. */
  | { readonly kind: 'damaged'; readonly because: string };

/**
 * Puts bytes away: one byte version, one byte of flags (1 compressed, 2 sealed), and then the content; where it is sealed,
 * four bytes key id, 12 bytes nonce, the ciphertext and 16 bytes tag. The head and the place are authenticated; in version 2 also
 * what stands in the clear beside it. Without that it is version 1, which older code reads.
 */
export function pack(
  content: Uint8Array,
  { compressFrom, squeezed, key, place, beside }: PackOptions,
): Buffer {
  const small =
    content.byteLength < compressFrom ? undefined : (squeezed ?? compress(content)).bytes;
  const body = small ?? content;
  const flags = (small === undefined ? 0 : COMPRESSED) | (key === undefined ? 0 : SEALED);
  if (key === undefined) return Buffer.concat([Uint8Array.of(ALONE, flags), body]);
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head[0] = beside === undefined ? ALONE : ENVELOPE_VERSION;
  head[1] = flags;
  head.writeUInt32BE(key.id, 2);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.seal, nonce);
  cipher.setAAD(authenticated(head, place, beside));
  return Buffer.concat([head, nonce, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
}

/** Compresses content beside this thread: of megabytes that takes longer than a host can be kept waiting. */
export async function squeeze(content: Uint8Array): Promise<Squeezed> {
  return ifSmaller(await compressLater(content, ZSTD), content);
}

/** Opens what `pack` made. Never throws for what the bytes are. */
export function unpack(
  packed: Uint8Array,
  place: string,
  keyOf: (id: number) => DataKey | undefined,
  beside?: string,
): Unpacked {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const flags = bytes[1] ?? -1;
  const version = bytes[0] ?? 0;
  if (version < ALONE || version > ENVELOPE_VERSION || flags < 0 || flags > MOST_FLAGS) {
    return damaged('it is no envelope of a version that is known here');
  }
  if ((flags & SEALED) === 0) return expand(bytes.subarray(2), flags);
  const keyId = keyIdOf(bytes);
  if (keyId === undefined) return damaged('it is cut short');
  const key = keyOf(keyId);
  if (key === undefined) return { kind: 'locked', keyId };
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      key.seal,
      bytes.subarray(HEAD_BYTES, BODY_AT),
      {
        authTagLength: TAG_BYTES,
      },
    );
    const said = version === ALONE ? undefined : (beside ?? '');
    decipher.setAAD(authenticated(bytes.subarray(0, HEAD_BYTES), place, said));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = decipher.update(bytes.subarray(BODY_AT, -TAG_BYTES));
    return expand(Buffer.concat([body, decipher.final()]), flags);
  } catch {
    return damaged('it was changed, or lies in another place than its own');
  }
}

/** The data key that an envelope is sealed with; `undefined` when it is not sealed, or cut short. */
export function keyIdOf(packed: Uint8Array): number | undefined {
  if (packed.byteLength < BODY_AT + TAG_BYTES || ((packed[1] ?? 0) & SEALED) === 0)
    return undefined;
  return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).readUInt32BE(2);
}

/** Whether the seal holds what stands in the clear beside it. */
export function isBound(packed: Uint8Array): boolean {
  return keyIdOf(packed) !== undefined && packed[0] === ENVELOPE_VERSION;
}

/** The version that knows of nothing beside it. */
const ALONE = 1;
const COMPRESSED = 1;
const SEALED = 2;
const MOST_FLAGS = COMPRESSED | SEALED;
const HEAD_BYTES = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BODY_AT = HEAD_BYTES + NONCE_BYTES;

/** Faster levels save little time, slower ones little room. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

const compressLater = promisify(zstdCompress);

function compress(content: Uint8Array): Squeezed {
  return ifSmaller(zstdCompressSync(content, ZSTD), content);
}

function ifSmaller(bytes: Buffer, content: Uint8Array): Squeezed {
  return { content, bytes: bytes.byteLength < content.byteLength ? bytes : undefined };
}

function expand(body: Buffer, flags: number): Unpacked {
  if ((flags & COMPRESSED) === 0) return { kind: 'content', content: body };
  try {
    return { kind: 'content', content: zstdDecompressSync(body) };
  } catch {
    return damaged('its compressed bytes were changed');
  }
}

/** A place holds no zero byte, so that it ends where that stands. */
function authenticated(head: Uint8Array, place: string, beside: string | undefined): Buffer {
  return Buffer.concat([head, Buffer.from(beside === undefined ? place : `${place}\0${beside}`)]);
}

function damaged(because: string): Unpacked {
  return { kind: 'damaged', because };
}

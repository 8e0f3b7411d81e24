import { createCipheriv, createDecipheriv } from 'node:crypto';

/** What a frame holds: a piece of the content, or the manifest that ends the package. */
export const FRAME: Readonly<Record<'content' | 'manifest', number>> = { content: 1, manifest: 2 };

/** Bytes that sealing adds to a frame. */
export const TAG_BYTES = 16;

/** Seals and opens the frames of one package, in their order. */
export interface FrameCipher {
  seal(kind: number, bytes: Uint8Array): Buffer;
  /** `undefined` where the frame is not the one that was sealed at this place. */
  open(kind: number, bytes: Uint8Array): Buffer | undefined;
}

/**
 * AES-256-GCM under the content key of one package. The nonce counts the frames, so that none can be moved, left out or
 * repeated; the key is of this package alone, so that no nonce comes twice. `bound` is the hash of the header, which stands
 * in the clear. Without a key frames are left as they are: the signed hash over all of them guards their order.
 */
export function createFrameCipher(key: Uint8Array | undefined, bound: Uint8Array): FrameCipher {
  let count = 0n;
  const nextNonce = (kind: number): Buffer => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt8(kind, 0);
    nonce.writeBigUInt64BE(count++, 4);
    return nonce;
  };
  if (key === undefined) {
    return {
      seal: (_kind, bytes) => Buffer.from(bytes),
      open: (_kind, bytes) => Buffer.from(bytes),
    };
  }
  return {
    seal: (kind, bytes) => {
      const cipher = createCipheriv('aes-256-gcm', key, nextNonce(kind));
      cipher.setAAD(bound);
      return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open: (kind, bytes) => {
      if (bytes.byteLength < TAG_BYTES) return undefined;
      const end = bytes.byteLength - TAG_BYTES;
      const cipher = createDecipheriv('aes-256-gcm', key, nextNonce(kind), {
        authTagLength: TAG_BYTES,
      });
      cipher.setAAD(bound);
      cipher.setAuthTag(bytes.subarray(end));
      try {
        return Buffer.concat([cipher.update(bytes.subarray(0, end)), cipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}

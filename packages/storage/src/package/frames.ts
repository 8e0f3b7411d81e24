import type { ByteReader } from './byte-reader.ts';
import { FRAME, type FrameCipher, TAG_BYTES } from './frame-cipher.ts';
import { damaged, torn } from './package-error.ts';

/** Bytes of content in a frame; the last one has what is left. */
export const FRAME_BYTES = 1_048_576;

/** A manifest names every stream, of which there may be many. */
const MOST_BYTES = 64 * 1_048_576;

/** One frame as it is written: its kind, its length, its bytes. */
export function encodeFrame(cipher: FrameCipher, kind: number, bytes: Uint8Array): Buffer {
  const sealed = cipher.seal(kind, bytes);
  const start = Buffer.alloc(5);
  start.writeUInt8(kind, 0);
  start.writeUInt32BE(sealed.byteLength, 1);
  return Buffer.concat([start, sealed]);
}

/** One frame as it is read. */
export interface Frame {
  readonly kind: number;
  readonly bytes: Buffer;
}

/**
 * Reads frames up to the manifest, which must be the last thing there is. Throws `PackageError`: `package.torn`,
 * `package.damaged`.
 */
export async function* readFrames(reader: ByteReader, cipher: FrameCipher): AsyncGenerator<Frame> {
  for (let place = 1; ; place++) {
    const { kind, length } = await readStart(reader, place);
    const sealed = await reader.take(length);
    if (sealed.byteLength < length) throw torn(`it ends inside piece ${place}`);
    const bytes = cipher.open(kind, sealed);
    if (bytes === undefined) throw damaged(`piece ${place} is not what was sealed at that place`);
    if (kind === FRAME['manifest']) await requireEnd(reader);
    yield { kind, bytes };
    if (kind === FRAME['manifest']) return;
  }
}

async function readStart(
  reader: ByteReader,
  place: number,
): Promise<{ readonly kind: number; readonly length: number }> {
  const start = await reader.take(5);
  if (start.byteLength < 5) throw torn('it ends before its manifest');
  const kind = start.readUInt8(0);
  const length = start.readUInt32BE(1);
  const most = kind === FRAME['content'] ? FRAME_BYTES + TAG_BYTES : MOST_BYTES;
  if (!Object.values(FRAME).includes(kind) || length > most)
    throw damaged(`piece ${place} is none`);
  return { kind, length };
}

async function requireEnd(reader: ByteReader): Promise<void> {
  const more = await reader.take(1);
  if (more.byteLength > 0) throw damaged('something stands behind its end');
}

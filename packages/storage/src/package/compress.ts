import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { damaged } from './package-error.ts';

/** How far back the same is found again: 8 MiB, which also bounds what reading takes. */
const WINDOW_LOG = 23;

/** Compresses as it goes (zstd), into pieces of `size` bytes but for the last. */
export async function* compress(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer> {
  const zstd = createZstdCompress({
    params: {
      [constants.ZSTD_c_compressionLevel]: 3,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
    },
  });
  yield* slices(through(source, zstd), size);
}

/** The opposite. Throws `PackageError` `package.damaged`. */
export async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const zstd = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } });
  try {
    yield* through(source, zstd);
  } catch (error) {
    throw isOfZstd(error) ? damaged('its content cannot be unpacked', error) : error;
  }
}

/** Whoever stops reading stops the source as well. */
async function* through(
  source: AsyncIterable<Uint8Array>,
  zstd: NodeJS.ReadWriteStream & { destroy(): void },
): AsyncGenerator<Buffer> {
  const done = pipeline(Readable.from(source, { objectMode: false }), zstd);
  // It rejects with what reading rejects with.
  done.catch(() => undefined);
  try {
    for await (const piece of zstd) yield piece as Buffer;
    await done;
  } finally {
    zstd.destroy();
  }
}

async function* slices(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of source) {
    held.push(piece);
    length += piece.byteLength;
    if (length < size) continue;
    const whole = Buffer.concat(held);
    let from = 0;
    for (; length - from >= size; from += size) yield whole.subarray(from, from + size);
    held = [whole.subarray(from)];
    length -= from;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** Whatever gives the bytes has errors of its own. */
function isOfZstd(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^Z(STD)?_/.test(error.code)
  );
}

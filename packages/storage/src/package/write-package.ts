import { createHash } from 'node:crypto';
import { systemClock } from '@overseer/core/plugin';
import type { JsonObject } from '@overseer/core/spec';
import { compress } from './compress.ts';
import { type SealOptions, sealContentKey, sha256 } from './content-key.ts';
import { createFrameCipher, FRAME } from './frame-cipher.ts';
import { encodeFrame, FRAME_BYTES } from './frames.ts';
import { encodeHeader } from './header.ts';
import { encodeBlob, encodeEvent, encodeMail, encodeStarts, type PackageItem } from './items.ts';
import {
  type Manifest,
  SIGNATURE_BYTES,
  type SignedManifest,
  senderOf,
  signManifest,
} from './manifest.ts';
import { damaged } from './package-error.ts';
import type { PackageSink } from './package-source.ts';
import { type StreamStarts, Tally } from './tally.ts';

/** How a package is made. */
export interface WriteOptions extends SealOptions {
  /** The secret key that signs it. */
  readonly sign: string;
  /** Where its streams begin, for a package that goes on from another. */
  readonly after?: StreamStarts;
  /** What to say of it to whoever opens it; it is signed, and sealed with the rest. */
  readonly about?: JsonObject;
  /** A name that anyone may see who has the package, such as that of a handoff. */
  readonly label?: string;
  /** Epoch ms; the default is now. */
  readonly createdAt?: number;
}

/** A package that was written. */
export interface WrittenPackage extends SignedManifest {
  /** Bytes of the whole package. */
  readonly bytes: number;
}

/**
 * Writes a package as its items come, holding a few MiB at a time: all events of a stream together and in the order of
 * `seq`, blobs anywhere. What was written before an error is no package. Throws `PackageError`: `package.key` for keys that
 * are none, `package.damaged` for events out of place; and what the items or the sink throw.
 */
export async function writePackage(
  items: AsyncIterable<PackageItem> | Iterable<PackageItem>,
  sink: PackageSink,
  options: WriteOptions,
): Promise<WrittenPackage> {
  const sender = senderOf(options.sign);
  const { seal, key } = await sealContentKey(options);
  const header = encodeHeader(seal, options.label);
  const cipher = createFrameCipher(key, Buffer.from(header.hash, 'hex'));
  const content = createHash('sha256');
  const tally = new Tally(options.after ?? {});
  let bytes = 0;
  const write = async (piece: Buffer): Promise<void> => {
    bytes += piece.byteLength;
    await sink.write(piece);
  };
  await write(header.bytes);
  for await (const piece of compress(contentOf(items, options.after ?? {}, tally), FRAME_BYTES)) {
    content.update(piece);
    await write(encodeFrame(cipher, FRAME['content'], piece));
  }
  const { blobChain, ...total } = tally.total();
  const manifest: Manifest = {
    format: 'ovpkg/1',
    createdAt: options.createdAt ?? systemClock.now(),
    sender,
    ...total,
    hashes: { header: header.hash, content: content.digest('hex'), blobs: blobChain },
    ...(options.about === undefined ? {} : { about: options.about }),
  };
  const signed = signManifest(manifest, options.sign);
  await write(encodeFrame(cipher, FRAME['manifest'], signed));
  return { manifest, hash: sha256(signed.subarray(0, -SIGNATURE_BYTES)), bytes };
}

/** Small items go together, so that streams have less to do. */
const BATCH_BYTES = 65_536;

async function* contentOf(
  items: AsyncIterable<PackageItem> | Iterable<PackageItem>,
  starts: StreamStarts,
  tally: Tally,
): AsyncGenerator<Buffer> {
  yield encodeStarts(starts);
  let batch: Buffer[] = [];
  let size = 0;
  for await (const item of items) {
    const encoded = encodeItem(item, tally);
    batch.push(encoded);
    size += encoded.byteLength;
    if (size < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(batch);
}

function encodeItem(item: PackageItem, tally: Tally): Buffer {
  if (item.kind === 'blob') {
    tally.blob(item.bytes);
    return encodeBlob(item.bytes);
  }
  if (item.kind === 'mail') return encodeMail(item);
  const text = JSON.stringify(item.event);
  const problem = tally.event(item.event, text);
  if (problem !== undefined) throw damaged(problem);
  return encodeEvent(text);
}

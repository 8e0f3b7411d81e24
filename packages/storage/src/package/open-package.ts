import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ByteReader } from './byte-reader.ts';
import { decompress } from './compress.ts';
import { type OpenKeys, openContentKey } from './content-key.ts';
import { createFrameCipher, FRAME } from './frame-cipher.ts';
import { readFrames } from './frames.ts';
import { readHeader } from './header.ts';
import { decodeItems, type PackagedMail, type ReadItem } from './items.ts';
import { readManifest, type SignedManifest } from './manifest.ts';
import { damaged } from './package-error.ts';
import type { PackageSource } from './package-source.ts';
import { Tally } from './tally.ts';

/** What opens a package, and from whom it may come. */
export interface OpenOptions extends OpenKeys {
  /** The public keys of those who may send it; anybody, where left out. */
  readonly from?: readonly string[];
  /** Tells how many bytes were checked. */
  readonly onProgress?: (bytes: number) => void;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/** A package that was checked from its first byte to its last. */
export interface OpenedPackage extends SignedManifest {
  /** For messages to people. */
  readonly name: string;
  /** Its items in order, from the first, as often as one likes. Throws `PackageError` where it was changed meanwhile. */
  items(): AsyncGenerator<ReadItem>;
  /** Its messages in order, as often as one likes. Throws `PackageError` where it was changed meanwhile. */
  mail(): AsyncGenerator<PackagedMail>;
}

/**
 * Opens a package and checks all of it before anything can be used: that it is whole, unchanged, in order, sealed for these
 * keys, and signed by its sender. Holds a few MiB at a time. Throws `PackageError`: `package.form`, `package.newer`,
 * `package.torn`, `package.damaged`, `package.key`, `package.signature`.
 */
export async function openPackage(
  source: PackageSource,
  options: OpenOptions = {},
): Promise<OpenedPackage> {
  const first = new Reading(source, options);
  const { manifest, hash } = await first.check();
  return {
    manifest,
    hash,
    name: source.name,
    items: () => new Reading(source, { ...options, onProgress: () => undefined }).items(hash),
    mail: () => new Reading(source, { ...options, onProgress: () => undefined }).mail(hash),
  };
}

/** One way through a package. */
class Reading {
  readonly #options: OpenOptions;
  readonly #source: PackageSource;
  readonly #content = createHash('sha256');
  #header = '';
  #ended: Buffer | undefined;

  constructor(source: PackageSource, options: OpenOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Its items; `expected` is the hash of the manifest that it must end with. */
  async *items(expected: string): AsyncGenerator<ReadItem> {
    for await (const item of decodeItems(decompress(this.#pieces()))) {
      if (item.kind === 'event' || item.kind === 'blob') yield item;
    }
    if (this.#signed().hash !== expected) throw damaged('it is another one than it was');
  }

  /** Its messages; as of `items`. */
  async *mail(expected: string): AsyncGenerator<PackagedMail> {
    for await (const item of decodeItems(decompress(this.#pieces()))) {
      if (item.kind === 'mail') yield item;
    }
    if (this.#signed().hash !== expected) throw damaged('it is another one than it was');
  }

  /** Goes through all of it, and compares what there is with what the manifest says. */
  async check(): Promise<SignedManifest> {
    let tally = new Tally({});
    for await (const item of decodeItems(decompress(this.#pieces()))) {
      if (item.kind === 'starts') tally = new Tally(item.starts);
      else if (item.kind === 'blob') tally.blob(item.bytes);
      else if (item.kind === 'event') requirePlace(tally.event(item.event, item.text));
    }
    const signed = this.#signed();
    const { streams, events, blobs, versions, hashes } = signed.manifest;
    const { blobChain, ...counted } = tally.total();
    const isAsSaid =
      blobChain === hashes.blobs &&
      isDeepStrictEqual(counted, { streams, events, blobs, versions });
    if (!isAsSaid) throw damaged('what is in it is not what its manifest says');
    return signed;
  }

  #signed(): SignedManifest {
    if (this.#ended === undefined) throw damaged('its content ends before its last piece');
    const signed = readManifest(this.#ended, this.#options.from);
    const { header, content } = signed.manifest.hashes;
    if (header !== this.#header) throw damaged('its header is not the one that was signed');
    if (content !== this.#content.digest('hex')) {
      throw damaged('its content is not what was signed');
    }
    return signed;
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const reader = new ByteReader(this.#watched());
    try {
      const { seal, hash } = await readHeader(reader);
      this.#header = hash;
      const key = await openContentKey(seal, this.#options);
      const cipher = createFrameCipher(key, Buffer.from(hash, 'hex'));
      for await (const { kind, bytes } of readFrames(reader, cipher)) {
        if (kind === FRAME['manifest']) {
          this.#ended = bytes;
          return;
        }
        this.#content.update(bytes);
        yield bytes;
      }
    } finally {
      await reader.close();
    }
  }

  async *#watched(): AsyncGenerator<Uint8Array> {
    const { onProgress, signal } = this.#options;
    let read = 0;
    for await (const piece of this.#source.read()) {
      signal?.throwIfAborted();
      read += piece.byteLength;
      onProgress?.(read);
      yield piece;
    }
  }
}

function requirePlace(problem: string | undefined): void {
  if (problem !== undefined) throw damaged(problem);
}

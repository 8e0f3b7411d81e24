import { sign, verify } from 'node:crypto';
import type { EventType, JsonObject } from '@overseer/core/spec';
import { sha256 } from './content-key.ts';
import { fingerprintOf, keyPairOf, openPublic, openSecret } from './keys.ts';
import { damaged, PackageError } from './package-error.ts';

/** What a package has of one stream: the events after `after` up to `head`, without a gap. */
export interface PackagedStream {
  readonly name: string;
  /** The `seq` before its first event; 0 where the stream is there from its start. */
  readonly after: number;
  /** The chain as it stood at `after`; empty at 0. */
  readonly chainBefore: string;
  /** The `seq` of its last event. */
  readonly head: number;
  /** The chain at `head`: SHA-256, in hex, of the chain before it and the event as JSON, one behind the other. */
  readonly chain: string;
  /** The greatest epoch of its events. */
  readonly epoch: number;
}

/** What a package says of itself, signed. */
export interface Manifest {
  readonly format: 'ovpkg/1';
  /** Epoch ms. */
  readonly createdAt: number;
  /** The public key of whoever signed it. */
  readonly sender: string;
  readonly streams: readonly PackagedStream[];
  readonly events: number;
  readonly blobs: number;
  /** The greatest schema version of each type of event in it. */
  readonly versions: Readonly<Partial<Record<EventType, number>>>;
  /** Hex SHA-256 of the header, of the content as it is compressed, and of the hashes of its blobs, one behind the other. */
  readonly hashes: { readonly header: string; readonly content: string; readonly blobs: string };
  /** What the sender says of it. */
  readonly about?: JsonObject;
}

/** Bytes of the signature behind a manifest. */
export const SIGNATURE_BYTES = 64;

/** The manifest as it ends a package, with its signature behind it. */
export function signManifest(manifest: Manifest, secret: string): Buffer {
  const body = Buffer.from(JSON.stringify(manifest));
  return Buffer.concat([body, sign(null, signed(body), openSecret(secret).signing)]);
}

/** A manifest whose signature holds. */
export interface SignedManifest {
  readonly manifest: Manifest;
  /** Names the package: hex SHA-256 of the manifest's bytes. */
  readonly hash: string;
}

/**
 * Reads a manifest and checks its signature. Throws `PackageError`: `package.signature` where it does not hold, or is of
 * nobody in `from`; `package.damaged`.
 */
export function readManifest(bytes: Buffer, from?: readonly string[]): SignedManifest {
  const body = bytes.subarray(0, -SIGNATURE_BYTES);
  const manifest = parse(body);
  const { signing } = openPublic(manifest.sender);
  if (!verify(null, signed(body), signing, bytes.subarray(-SIGNATURE_BYTES))) {
    throw new PackageError(
      'package.signature',
      `The package says that ${fingerprintOf(manifest.sender)} signed it, and the signature is not theirs: do not use it.`,
    );
  }
  if (from !== undefined && !from.map((key) => key.trim()).includes(manifest.sender)) {
    throw new PackageError(
      'package.signature',
      `The package is signed by ${fingerprintOf(manifest.sender)}, and only ${from.map(fingerprintOf).join(', ')} may send one: ask who made it.`,
    );
  }
  return { manifest, hash: sha256(body) };
}

/** The sender's own name in a manifest. */
export function senderOf(secret: string): string {
  return keyPairOf(secret).public;
}

/** So that a signature of ours can never be taken for one of something else. */
const CONTEXT = Buffer.from('ovpkg/1 manifest\0');

function signed(body: Buffer): Buffer {
  return Buffer.concat([CONTEXT, body]);
}

function parse(body: Buffer): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw damaged('its manifest cannot be read', error);
  }
  const { hashes, streams } = manifest;
  const isWhole =
    manifest.format === 'ovpkg/1' &&
    typeof manifest.sender === 'string' &&
    typeof hashes?.content === 'string' &&
    Array.isArray(streams);
  if (!isWhole) throw damaged('its manifest lacks what it must have');
  return manifest;
}

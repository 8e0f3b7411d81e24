import { sign, verify } from 'node:crypto';
import { systemClock } from '@overseer/core/plugin';
import { fingerprintOf, keyPairOf, openPublic, openSecret } from './keys.ts';
import type { PackagedStream, SignedManifest } from './manifest.ts';
import { PackageError } from './package-error.ts';

/** What a receiver vouches for: this package is in this store, up to these events. */
export interface Receipt {
  readonly format: 'ovreceipt/1';
  /** The hash of the package's manifest. */
  readonly manifest: string;
  /** The public key of whoever sent the package. */
  readonly sender: string;
  /** The public key of whoever signs this. */
  readonly receiver: string;
  /** Epoch ms. */
  readonly at: number;
  /** The last `seq` of each of its streams after the import. */
  readonly heads: Readonly<Record<string, number>>;
  /** Of a project that was handed off: the calls that its sender still had under way; absent where there was none. */
  readonly inFlight?: readonly string[];
  /** Ed25519 over all the rest, base64url. */
  readonly signature: string;
}

/** Signs for a package that was imported, and for what its handoff says of calls under way. Throws `PackageError` `package.key` for a key that is none. */
export function signReceipt(
  { manifest, hash }: SignedManifest,
  heads: Readonly<Record<string, number>>,
  secret: string,
  at: number = systemClock.now(),
): Receipt {
  const inFlight = textsOf(manifest.about?.['inFlight']);
  const said = {
    format: 'ovreceipt/1',
    manifest: hash,
    sender: manifest.sender,
    receiver: keyPairOf(secret).public,
    at,
    heads,
    ...(inFlight.length === 0 ? {} : { inFlight }),
  } as const;
  const signature = sign(null, signed(said), openSecret(secret).signing);
  return { ...said, signature: signature.toString('base64url') };
}

/** What is known of a package that was sent. */
export interface SentPackage {
  /** The hash of its manifest. */
  readonly hash: string;
  readonly manifest: {
    readonly sender: string;
    readonly streams: readonly Pick<PackagedStream, 'name' | 'head'>[];
  };
}

/**
 * Whether a receipt is for this package, whole, and signed by `receiver`, if one is named. Throws `PackageError`
 * `package.receipt` with what is wrong.
 */
export function checkReceipt(receipt: Receipt, sent: SentPackage, receiver?: string): void {
  const problem = problemOf(receipt, sent, receiver);
  if (problem === undefined) return;
  throw new PackageError(
    'package.receipt',
    `The receipt does not hold: ${problem}. Ask the receiver for another; until then the package counts as not delivered.`,
  );
}

function problemOf(
  receipt: Receipt,
  { manifest, hash }: SentPackage,
  receiver: string | undefined,
): string | undefined {
  if (receipt?.format !== 'ovreceipt/1') return 'it is none of a format that is known here';
  if (typeof receipt.heads !== 'object' || receipt.heads === null) {
    return 'it lacks what it must have';
  }
  if (receipt.manifest !== hash) return 'it is for another package';
  if (receipt.sender !== manifest.sender) return 'it names another sender';
  if (receiver !== undefined && receipt.receiver !== receiver.trim()) {
    return `it is by ${fingerprintOf(receipt.receiver)}, not by ${fingerprintOf(receiver)}`;
  }
  const { signature, ...said } = receipt;
  const { signing } = openPublic(receipt.receiver);
  if (!verify(null, signed(said), signing, Buffer.from(String(signature), 'base64url'))) {
    return 'its signature is not that of its receiver';
  }
  const short = manifest.streams.find(({ name, head }) => (receipt.heads[name] ?? 0) < head);
  return (
    short && `${short.name} arrived up to event ${receipt.heads[short.name] ?? 0} of ${short.head}`
  );
}

/** Fields in one order, whoever wrote them. */
function signed(said: Omit<Receipt, 'signature'>): Buffer {
  const { format, manifest, sender, receiver, at, heads, inFlight } = said;
  const sorted = Object.entries(heads).sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = [format, manifest, sender, receiver, at, sorted];
  // As before it was known, where there is none.
  const all = inFlight === undefined ? fields : [...fields, inFlight];
  return Buffer.from(`ovreceipt/1\0${JSON.stringify(all)}`);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

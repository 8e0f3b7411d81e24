import { sign, verify } from 'node:crypto';
import { systemClock } from '@overseer/core/plugin';
import { fingerprintOf, keyPairOf, openPublic, openSecret } from './keys.ts';
import { PackageError } from './package-error.ts';

/** What a receiver vouches for who cannot take a handoff: that it never will. */
export interface Refusal {
  readonly format: 'ovrefusal/1';
  /** Names the handoff, as the first bytes of its package do. */
  readonly handoff: string;
  /** The public key of whoever signs this. */
  readonly receiver: string;
  /** Epoch ms. */
  readonly at: number;
  /** Stays the same from version to version, such as `package.damaged` or `handoff.unfit`. */
  readonly code: string;
  readonly because: string;
  /** Ed25519 over all the rest, base64url. */
  readonly signature: string;
}

/** Signs that a handoff is refused. Throws `PackageError` `package.key` for a key that is none. */
export function signRefusal(
  { handoff, code, because }: Pick<Refusal, 'handoff' | 'code' | 'because'>,
  secret: string,
  at: number = systemClock.now(),
): Refusal {
  const receiver = keyPairOf(secret).public;
  const said = { format: 'ovrefusal/1', handoff, receiver, at, code, because } as const;
  const signature = sign(null, signed(said), openSecret(secret).signing);
  return { ...said, signature: signature.toString('base64url') };
}

/**
 * Whether a refusal is of this handoff, whole, and signed by one of `receivers`. Throws `PackageError` `package.receipt` with what
 * is wrong.
 */
export function checkRefusal(
  refusal: Refusal,
  handoff: string,
  receivers: readonly string[],
): void {
  const problem = problemOf(refusal, handoff, receivers);
  if (problem === undefined) return;
  throw new PackageError(
    'package.receipt',
    `The refusal does not hold: ${problem}. Ask the receiver for another; until then the project is away.`,
  );
}

function problemOf(
  refusal: Refusal,
  handoff: string,
  receivers: readonly string[],
): string | undefined {
  if (refusal?.format !== 'ovrefusal/1') return 'it is none of a format that is known here';
  if (refusal.handoff !== handoff) return 'it is of another handoff';
  const { signature, ...said } = refusal;
  if (!receivers.map((key) => key.trim()).includes(said.receiver)) {
    return `it is by ${fingerprintOf(String(said.receiver))}, not by ${receivers.map(fingerprintOf).join(' or ')}`;
  }
  const { signing } = openPublic(said.receiver);
  return verify(null, signed(said), signing, Buffer.from(String(signature), 'base64url'))
    ? undefined
    : 'its signature is not that of its receiver';
}

/** Fields in one order, whoever wrote them; never to be taken for a receipt. */
function signed(said: Omit<Refusal, 'signature'>): Buffer {
  const { format, handoff, receiver, at, code, because } = said;
  return Buffer.from(
    `ovrefusal/1\0${JSON.stringify([format, handoff, receiver, at, code, because])}`,
  );
}

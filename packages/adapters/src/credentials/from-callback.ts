import { randomUUID } from 'node:crypto';
import { type Clock, OverseerError, systemClock } from '@overseer/core/plugin';
import type { Credential, Credentials } from '@overseer/core/spec';
import { keyIdOf } from '../internal/key-id.ts';
import { KeptCredential } from './kept-credential.ts';

/** What a function gives for a key: the key, or with the moment (epoch ms) at which it expires. */
export type GivenKey =
  | string
  | { readonly token: string; readonly expiresAt?: number; readonly bearer?: true };

/** How a function is asked for a key. */
export interface CallbackOptions {
  /** What it is, for people, such as `the vault`; the default is `a function`. */
  readonly name?: string;
  /** How long it may take, in ms; the default is 30,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * A key that a function gives: asked once for all calls that wait, and again shortly before the key expires or once it was refused
 * (`refused` is that one). Asking throws `OverseerError` `credentials.callback`, retryable, where the function throws or gives none.
 */
export function fromCallback(
  give: (ctx: {
    readonly signal: AbortSignal;
    readonly refused?: string;
  }) => Promise<GivenKey> | GivenKey,
  options: CallbackOptions = {},
): Credentials {
  const { name = 'a function', timeoutMs = 30_000, clock = systemClock } = options;
  const kept = new KeptCredential(clock, async (refused) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const ctx = { signal, ...(refused === undefined ? {} : { refused: refused.token }) };
    return credentialOf(await askWithin(() => give(ctx), signal, name), name);
  });
  return {
    spec: 'credentials/1',
    name,
    keyId: `callback ${name} ${randomUUID()}`,
    get: ({ signal }) => kept.get(signal),
    settle: (credential, outcome) => {
      if (outcome.kind === 'accepted') kept.accept();
      return outcome.kind === 'refused' && isOfKey(outcome.because) && kept.refuse(credential);
    },
  };
}

/** A fresh key does not help where a limit of the account is reached. */
function isOfKey(because: string): boolean {
  return because === 'auth' || because === 'permission';
}

async function askWithin<T>(
  ask: () => Promise<T> | T,
  signal: AbortSignal,
  name: string,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const onAbort = (): void => late.reject(failed(`${name} gave no key in time`));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([Promise.resolve(ask()), late.promise]);
  } catch (error) {
    if (OverseerError.is(error)) throw error;
    // Its sentence and cause stay out: they may show the key.
    throw failed(
      `${name} was asked for a key and failed (${error instanceof Error ? error.name : typeof error})`,
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function credentialOf(given: GivenKey, name: string): Credential {
  const { token, ...more } =
    typeof given === 'string' ? { token: given } : (given ?? { token: '' });
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw failed(`${name} gave no key: it has to be text of visible ASCII characters`);
  }
  return { ...more, token, keyId: keyIdOf({ apiKey: token }) ?? '' };
}

function failed(message: string): OverseerError {
  return new OverseerError('credentials.callback', message, { retryable: true });
}

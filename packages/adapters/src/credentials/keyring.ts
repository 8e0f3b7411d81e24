import {
  type Clock,
  ConfigError,
  ModelError,
  OverseerError,
  systemClock,
} from '@overseer/core/plugin';
import type { Credential, CredentialOutcome, Credentials } from '@overseer/core/spec';
import { keyIdOf } from '../internal/key-id.ts';
import { type RingSources, ringNames } from './ring-names.ts';

/** How a refused key is left alone. */
export interface KeyringOptions {
  readonly clock?: Clock;
}

/** A refused key is tried again after a minute, twice as long each time, within an hour; an exhausted one after a second, within two minutes. */
const REFUSED = { firstMs: 60_000, maxMs: 3_600_000 };
const EXHAUSTED = { firstMs: 1_000, maxMs: 120_000 };
const LONGEST_MS = 86_400_000;

/**
 * Several keys of one provider as one, by name: `{ work: fromEnv('WORK_KEY') }`, or else called as where they come from. An overseer says
 * which one each call goes out with, by limits and breakers of its own for each. Whoever does not say gets them in turn, those that are
 * well: a key that is refused, or whose limit is reached, steps aside for as long as its provider says, or for longer each time, and the
 * next call goes out with another. Asking throws `ModelError` where none is left: `rate-limit` with the wait until the first is free, or
 * `auth` where all are refused. Throws `ConfigError` `config.keyring` for fewer than one, more than 64, and names that cannot be shown.
 */
export function keyring(
  sources: RingSources,
  { clock = systemClock }: KeyringOptions = {},
): Credentials {
  const given = entriesOf(sources);
  if (given.length === 0 || given.length > 64) {
    throw new ConfigError('config.keyring', `a keyring has 1 to 64 keys, and not ${given.length}`);
  }
  const keyNames = ringNames(sources, given);
  const keys = given.map(([, source]): Key => {
    return { source, restsUntil: 0, why: '', isRefused: false, times: 0, order: 0 };
  });
  const owners = new WeakMap<Credential, Lent>();
  let turn = 0;
  // What was lent, and who was set aside, in the order of it.
  let order = 0;
  const take = (): Key | undefined => {
    const now = clock.now();
    const from = [...keys.slice(turn), ...keys.slice(0, turn)];
    const key = from.find(({ restsUntil }) => restsUntil <= now);
    if (key !== undefined) turn = (keys.indexOf(key) + 1) % keys.length;
    return key;
  };
  const lendOne = async (key: Key, signal: AbortSignal, isAsked: boolean): Promise<Credential> => {
    const own = await key.source.get({ signal });
    // Its own object, so that two keys of one source are told apart.
    const credential = { ...own };
    owners.set(credential, { key, own, order: ++order, isAsked });
    return credential;
  };
  const lend = async (key: Key, signal: AbortSignal): Promise<Credential | undefined> => {
    try {
      return await lendOne(key, signal, false);
    } catch (error) {
      if (signal.aborted) throw error;
      key.order = ++order;
      setAside(key, clock.now(), {
        isRefused: !(OverseerError.is(error) && error.retryable),
        why: error instanceof Error ? error.message : 'it cannot be had',
      });
      return undefined;
    }
  };
  const note = ({ key, order: lentAt }: Lent, outcome: CredentialOutcome, hasFresh: boolean) => {
    if (outcome.kind === 'accepted') {
      // One that went out before its key was set aside knows nothing of what came since.
      if (lentAt > key.order) letIn(key, outcome);
      return false;
    }
    const { because, untilAt } = outcome;
    const isRefused = because === 'auth' || because === 'permission';
    // Of several calls that one key fails, each hears of it, and the key rests once for all of them.
    const isNews = lentAt > key.order || (isRefused && !key.isRefused);
    if (!hasFresh && isNews) {
      key.order = ++order;
      setAside(key, clock.now(), { isRefused, why: because, untilAt });
    }
    return keys.some(({ restsUntil }) => restsUntil <= clock.now());
  };
  return {
    spec: 'credentials/1',
    name: `a ring of ${keys.length} keys`,
    keyId: `ring ${keyNames.join(' | ')}`,
    several: true,
    keyNames,
    get: async ({ signal, keyName }) => {
      if (keyName !== undefined) {
        const asked = keys[keyNames.indexOf(keyName)];
        if (asked === undefined) throw unknownKey(keyName, keyNames);
        return await lendOne(asked, signal, true);
      }
      for (let key = take(); key !== undefined; key = take()) {
        const credential = await lend(key, signal);
        if (credential !== undefined) return credential;
      }
      throw noneLeft(keys, clock.now());
    },
    settle: (credential, outcome) => {
      const owner = owners.get(credential);
      if (owner === undefined) return false;
      const hasFresh = owner.key.source.settle?.(owner.own, outcome) ?? false;
      // Whoever asks for a key by its name knows by himself what to make of its end.
      return owner.isAsked ? hasFresh : note(owner, outcome, hasFresh);
    },
  };
}

/** What a call went out with. */
interface Lent {
  readonly key: Key;
  readonly own: Credential;
  readonly order: number;
  /** It was asked for by its name. */
  readonly isAsked: boolean;
}

interface Key {
  readonly source: Credentials;
  /** Epoch ms. */
  restsUntil: number;
  why: string;
  isRefused: boolean;
  /** Refusals since it was last let in. */
  times: number;
  /** When it was last set aside, among all that was lent and set aside. */
  order: number;
}

/** The sources of a ring with the names that the host gives them. */
function entriesOf(
  sources: RingSources,
): readonly (readonly [name: string | undefined, source: Credentials])[] {
  const named: readonly (readonly [string | undefined, string | Credentials])[] = Array.isArray(
    sources,
  )
    ? sources.map((source: string | Credentials) => [undefined, source] as const)
    : Object.entries(sources as Readonly<Record<string, string | Credentials>>);
  return named.map(([name, source]) => [
    name,
    typeof source === 'string' ? fixedKey(source) : source,
  ]);
}

function unknownKey(keyName: string, known: readonly string[]): ModelError {
  const names = known.map((name) => JSON.stringify(name)).join(', ');
  return new ModelError(
    'auth',
    `the ring has no key ${JSON.stringify(keyName)}, only ${names}; give it one of that name`,
  );
}

function fixedKey(token: string): Credentials {
  const credential = { token, keyId: keyIdOf({ apiKey: token }) ?? '' };
  const { keyId } = credential;
  return { spec: 'credentials/1', name: 'a key', keyId, get: async () => credential };
}

function letIn(key: Key, outcome: CredentialOutcome & { readonly kind: 'accepted' }): void {
  const until = emptyUntil(outcome);
  key.times = 0;
  key.isRefused = false;
  key.restsUntil = Math.max(0, until ?? 0);
  if (until !== undefined) key.why = 'its limit is used up';
}

function setAside(
  key: Key,
  now: number,
  what: {
    readonly isRefused: boolean;
    readonly why: string;
    readonly untilAt?: number | undefined;
  },
): void {
  const { firstMs, maxMs } = what.isRefused ? REFUSED : EXHAUSTED;
  const ownMs = Math.min(maxMs, firstMs * 2 ** Math.min(20, key.times++));
  const { untilAt = 0 } = what;
  // Who says when the limit resets is believed, within a day.
  key.restsUntil = untilAt > now ? Math.min(untilAt, now + LONGEST_MS) : now + ownMs;
  key.isRefused = what.isRefused;
  key.why = what.why;
}

/** Until when an answer says that nothing is left, epoch ms. */
function emptyUntil(
  outcome: CredentialOutcome & { readonly kind: 'accepted' },
): number | undefined {
  const empty = Object.values(outcome.rate ?? {}).flatMap((bucket) =>
    bucket?.remaining === 0 && bucket.resetAt !== undefined ? [bucket.resetAt] : [],
  );
  return empty.length === 0 ? undefined : Math.max(...empty);
}

function noneLeft(keys: readonly Key[], now: number): ModelError {
  const exhausted = keys.filter(({ isRefused }) => !isRefused);
  const whys = [...new Set(keys.map(({ why }) => why))].join('; ');
  if (exhausted.length === 0) {
    return new ModelError(
      'auth',
      `all ${keys.length} keys of the ring are refused (${whys}); give it others`,
    );
  }
  const waitMs = Math.max(0, Math.min(...exhausted.map(({ restsUntil }) => restsUntil)) - now);
  const what = `none of the ${keys.length} keys of the ring is free (${whys}); the first is in ${Math.ceil(waitMs / 1000)} s`;
  return new ModelError('rate-limit', what, { retryAfterMs: waitMs });
}

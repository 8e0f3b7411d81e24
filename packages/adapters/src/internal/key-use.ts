import {
  abortError,
  defined,
  type HeaderReader,
  ModelError,
  OverseerError,
  rateLimit,
  systemClock,
} from '@overseer/core/plugin';
import type { CallContext, Credential, CredentialOutcome, Credentials } from '@overseer/core/spec';
import { otherKeyError } from './other-key-error.ts';

/** Tokens that are hidden in errors of later calls too: a server may repeat an older one. */
const REMEMBERED = 16;

/** How long, in ms: no server repeats what it was sent longer ago. */
const REMEMBERED_MS = 3_600_000;

/** Kinds of failure that may be about the key, and not about the request. */
export const OF_KEYS: ReadonlySet<string> = new Set(['auth', 'permission', 'rate-limit', 'quota']);

/** The keys of one model: takes one for each call, and tells its source what became of it. */
export class KeyUse {
  readonly #credentials: Credentials;
  readonly #where: string;
  readonly #used = new WeakMap<CallContext, Credential>();
  readonly #elapsed: () => number;
  /** The latest tokens with when they were last taken, the newest last. */
  readonly #tokens = new Map<string, number>();

  constructor(
    credentials: Credentials,
    where: string,
    elapsed: () => number = systemClock.elapsed,
  ) {
    this.#credentials = credentials;
    this.#where = where;
    this.#elapsed = elapsed;
  }

  /** Must stay out of every error. */
  get secrets(): Iterable<string> {
    return this.#tokens.keys();
  }

  /** What a call goes out with. Throws `ModelError`, mostly of kind `auth`. */
  async take(ctx: CallContext): Promise<Credential> {
    try {
      const { signal, keyName } = ctx;
      const credential = await this.#credentials.get({ signal, ...defined({ keyName }) });
      this.#remember(credential.token);
      this.#used.set(ctx, credential);
      return credential;
    } catch (error) {
      throw this.#unavailable(error, ctx.signal);
    }
  }

  /** A call was let in. Gives the headers that may be told of: those of one key's limits say nothing of the next, where nobody said which it is. */
  accept(ctx: CallContext, headers: HeaderReader): HeaderReader {
    const credential = this.#used.get(ctx);
    if (credential === undefined) return headers;
    this.#used.delete(ctx);
    const isAnyOf = this.#credentials.several === true && ctx.keyName === undefined;
    const rate = isAnyOf ? rateLimit(headers, Date.now()) : undefined;
    const accepted = { kind: 'accepted', ...(rate === undefined ? {} : { rate }) } as const;
    this.#settle(credential, accepted);
    return isAnyOf ? withoutRate(headers) : headers;
  }

  /** A call failed. Gives the same failure, which says so where the next call goes out with another key. */
  refuse(error: ModelError, ctx: CallContext): ModelError {
    const credential = this.#used.get(ctx);
    if (credential === undefined || !OF_KEYS.has(error.kind)) return error;
    this.#used.delete(ctx);
    const hasOther = this.#settle(credential, refusalOf(error));
    return hasOther ? otherKeyError(error, this.#credentials.name) : error;
  }

  /** A source that fails at this, which it must not, has nothing else to give; it hears from a socket, where nobody would catch it. */
  #settle(credential: Credential, outcome: CredentialOutcome): boolean {
    try {
      return this.#credentials.settle?.(credential, outcome) ?? false;
    } catch {
      return false;
    }
  }

  #remember(token: string): void {
    this.#tokens.delete(token);
    const now = this.#elapsed();
    this.#tokens.set(token, now);
    for (const [oldest, takenAt] of this.#tokens) {
      if (this.#tokens.size <= REMEMBERED && now - takenAt <= REMEMBERED_MS) break;
      this.#tokens.delete(oldest);
    }
  }

  #unavailable(error: unknown, signal: AbortSignal): ModelError {
    if (signal.aborted) return abortError(signal, this.#where, error);
    if (error instanceof ModelError) return error;
    const said = error instanceof Error ? error.message : String(error);
    const isRetryable = OverseerError.is(error) && error.retryable;
    // What waiting may cure is no fault of the key: whoever gives it could not be reached.
    const kind = isRetryable ? 'network' : 'auth';
    return new ModelError(kind, `${this.#where}: ${said}`, { cause: error });
  }
}

function refusalOf(error: ModelError): CredentialOutcome {
  const because = error.kind as 'auth' | 'permission' | 'rate-limit' | 'quota';
  const untilAt =
    error.retryAfterMs === undefined ? resetOf(error) : Date.now() + error.retryAfterMs;
  return { kind: 'refused', because, ...(untilAt === undefined ? {} : { untilAt }) };
}

/** When the bucket that is empty is full again. */
function resetOf({ rate = {} }: ModelError): number | undefined {
  const resets = Object.values(rate).flatMap((bucket) =>
    bucket?.remaining === 0 && bucket.resetAt !== undefined ? [bucket.resetAt] : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

function withoutRate(headers: HeaderReader): HeaderReader {
  return { get: (name) => (/ratelimit/i.test(name) ? null : headers.get(name)) };
}

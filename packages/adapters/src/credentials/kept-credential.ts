import { abortError, type Clock, OverseerError } from '@overseer/core/plugin';
import type { Credential } from '@overseer/core/spec';

/** A token is replaced so long before it expires, for clocks that differ and calls that take a while; never more than a tenth of its life. */
const MARGIN_MS = 60_000;
/** How long one that cannot be replaced now is used on before its source is asked again. */
const PAUSE_MS = 5_000;

/** A credential that is made once for all who want it, and kept until shortly before it expires. */
export class KeptCredential {
  readonly #clock: Clock;
  readonly #make: (refused: Credential | undefined) => Promise<Credential>;
  #latest: { readonly credential: Credential; readonly renewAt: number } | undefined;
  #making: Promise<Credential> | undefined;
  #refused: Credential | undefined;

  constructor(clock: Clock, make: (refused: Credential | undefined) => Promise<Credential>) {
    this.#clock = clock;
    this.#make = make;
  }

  /** What is kept, or made now together with whoever waits. One that leaves does not end the work of the others. */
  get(signal: AbortSignal): Promise<Credential> {
    const now = this.#clock.now();
    if (this.#latest !== undefined && now < this.#latest.renewAt) {
      return Promise.resolve(this.#latest.credential);
    }
    this.#making ??= this.#renew();
    return orAbort(this.#making, signal);
  }

  /** Whether one that was refused is replaced at the next `get`: not where what came after a refusal is refused as well. */
  refuse(credential: Credential): boolean {
    if (this.#latest !== undefined && this.#latest.credential.token !== credential.token)
      return true;
    // Of several calls that went out with one token, each hears of its refusal.
    if (this.#latest === undefined && this.#refused?.token === credential.token) return true;
    const wasFresh = this.#refused !== undefined;
    this.#latest = undefined;
    this.#refused = credential;
    return !wasFresh;
  }

  accept(): void {
    this.#refused = undefined;
  }

  forget(): void {
    this.#latest = undefined;
    this.#refused = undefined;
  }

  async #renew(): Promise<Credential> {
    const startedAt = this.#clock.now();
    try {
      const credential = await this.#make(this.#refused);
      const { expiresAt } = credential;
      const margin = Math.min(MARGIN_MS, ((expiresAt ?? 0) - startedAt) / 10);
      const renewAt = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - margin;
      this.#latest = { credential, renewAt };
      return credential;
    } catch (error) {
      return this.#useOn(error);
    } finally {
      this.#making = undefined;
    }
  }

  /** One that is still good outlasts a source that cannot be reached for a while. */
  #useOn(error: unknown): Credential {
    const [latest, now] = [this.#latest, this.#clock.now()];
    const expiresAt = latest?.credential.expiresAt ?? 0;
    const isPassing = OverseerError.is(error) && error.retryable;
    if (latest === undefined || now >= expiresAt || !isPassing) throw error;
    this.#latest = { ...latest, renewAt: Math.min(expiresAt, now + PAUSE_MS) };
    return latest.credential;
  }
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

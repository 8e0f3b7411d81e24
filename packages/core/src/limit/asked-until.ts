import { saidWaitMs } from '../errors/said-wait.ts';
import type { ModelErrorKind, RateBucket, RateLimit } from '../spec/model.ts';

/**
 * Until when a provider that refused a call asks to be left alone, epoch ms: as it says, else when the last of its
 * used-up allowances is full again; `undefined` where it says neither, or did not refuse for being asked too much.
 */
export function askedUntil(
  refusal: {
    readonly kind: ModelErrorKind;
    readonly retryAfterMs: number | undefined;
    readonly rate: RateLimit | undefined;
  },
  nowMs: number,
): number | undefined {
  const { kind, rate = {} } = refusal;
  const waitMs = saidWaitMs(refusal.retryAfterMs);
  if (waitMs !== undefined) return nowMs + waitMs;
  if (kind !== 'quota' && kind !== 'rate-limit') return undefined;
  const resets = Object.values(rate).flatMap(({ remaining, resetAt }: RateBucket) =>
    remaining === 0 && resetAt !== undefined && resetAt > nowMs ? [resetAt] : [],
  );
  return resets.length === 0 ? undefined : Math.max(...resets);
}

import type { MockModel } from './mock-model.ts';
import { createTokenWindow, type TokenWindow } from './token-window.ts';
import { createWindowLimiter, type WindowAdmission, type WindowLimiter } from './window-limiter.ts';

/** Keys too many share one window, so that a client which makes them up is bounded. */
const MOST_KEYS = 1_000;

/** Admits requests of one model. */
export interface ModelLimiter {
  /** Asks for one request of so many tokens with this key at `now`, epoch ms. */
  admit(now: number, key: string | undefined, tokens: number): WindowAdmission;
}

/** The limiter of a model: one window, or one for each key. */
export function createModelLimiter(limit: NonNullable<MockModel['limit']>): ModelLimiter {
  const owners = new Map<string, Windows>();
  return {
    admit(now, key = '', wanted) {
      const isOwn = limit.perKey === true && (owners.has(key) || owners.size < MOST_KEYS);
      const owner = isOwn ? key : '';
      const windows = owners.get(owner) ?? windowsOf(limit);
      owners.set(owner, windows);
      return admitBoth(windows, now, wanted);
    },
  };
}

interface Windows {
  readonly requests: WindowLimiter;
  readonly tokens: TokenWindow | undefined;
}

function windowsOf(limit: NonNullable<MockModel['limit']>): Windows {
  const { tokens, perMs } = limit;
  return {
    requests: createWindowLimiter(limit),
    tokens: tokens === undefined ? undefined : createTokenWindow(tokens, perMs),
  };
}

/** What one of the two refuses counts in neither. */
function admitBoth({ requests, tokens }: Windows, now: number, wanted: number): WindowAdmission {
  const waitMs = tokens?.waitMs(now, wanted) ?? 0;
  const admission = waitMs > 0 ? requests.look(now) : requests.admit(now);
  if (tokens === undefined) return admission;
  if (admission.admitted) tokens.take(now, wanted);
  const retryAfterMs = Math.max(waitMs, admission.retryAfterMs);
  return { ...admission, retryAfterMs, tokens: tokens.state(now) };
}

import type { MockModel } from './mock-model.ts';
import { createWindowLimiter, type WindowAdmission, type WindowLimiter } from './window-limiter.ts';

/** Keys too many share one window, so that a client which makes them up is bounded. */
const MOST_KEYS = 1_000;

/** Admits requests of one model. */
export interface ModelLimiter {
  /** Asks for one request with this key at `now`, epoch ms. */
  admit(now: number, key: string | undefined): WindowAdmission;
}

/** The limiter of a model: one window, or one for each key. */
export function createModelLimiter(limit: NonNullable<MockModel['limit']>): ModelLimiter {
  const windows = new Map<string, WindowLimiter>();
  return {
    admit(now, key = '') {
      const isOwn = limit.perKey === true && (windows.has(key) || windows.size < MOST_KEYS);
      const owner = isOwn ? key : '';
      const window = windows.get(owner) ?? createWindowLimiter(limit);
      windows.set(owner, window);
      return window.admit(now);
    },
  };
}

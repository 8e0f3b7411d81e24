import { ModelError, systemClock } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { requireMs } from './require-option.ts';
import { unlessSilent } from './unless-silent.ts';

/** How long something may take, whole, and what is said where it took longer. */
export interface TimeLimit {
  readonly where: string;
  /** What was not there in time, as a sentence that goes on with `within … ms`. */
  readonly what: string;
  readonly limitMs: number;
  /** The option that allows more. */
  readonly option: string;
}

/** How long a server may take for a list or a count where the host does not say, in ms. */
const ASK_MS = 15_000;

/** How long a model may take to come into memory where the host does not say, in ms. */
const LOAD_MS = 600_000;

/** What a server is asked beside calls, as a host may bound it. */
export interface AskLimits {
  readonly askTimeoutMs?: number;
  readonly loadTimeoutMs?: number;
}

/** The limits of one model's questions. */
export interface Limits {
  readonly list: TimeLimit;
  readonly count: TimeLimit;
  readonly load: TimeLimit;
  readonly unload: TimeLimit;
}

/** The limits of the questions to the model that `where` names. Throws `ConfigError` for what is no time. */
export function limitsOf(where: string, options: AskLimits): Limits {
  const { askTimeoutMs = ASK_MS, loadTimeoutMs = LOAD_MS } = options;
  const limit = (option: string, ms: number) => ({ where, limitMs: requireMs(option, ms), option });
  const ask = limit('askTimeoutMs', askTimeoutMs);
  const load = limit('loadTimeoutMs', loadTimeoutMs);
  return {
    list: { ...ask, what: 'the list of models did not come' },
    count: { ...ask, what: 'the count of tokens did not come' },
    load: { ...load, what: 'the model was not loaded' },
    unload: { ...load, what: 'the model was not unloaded' },
  };
}

/**
 * Does work that may take so long, whether or not it heeds the signal that it is given. Throws what it throws, `ModelError` `timeout`
 * where it took longer, and the error of an abort where the caller's signal aborts.
 */
export function withinTime<T>(
  ctx: CallContext,
  { where, what, limitMs, option }: TimeLimit,
  work: (ctx: CallContext) => Promise<T>,
): Promise<T> {
  const silence = {
    clock: systemClock,
    mostMs: limitMs,
    where,
    signal: ctx.signal,
    error: () =>
      new ModelError(
        'timeout',
        `${where}: ${what} within ${limitMs} ms; allow more with ${option}, or try again`,
      ),
  };
  return unlessSilent(silence, (signal) => work({ ...ctx, signal }));
}

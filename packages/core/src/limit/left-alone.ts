import type { ModelErrorKind } from '../spec/model.ts';
import type { BreakerScope, BreakerState } from './breaker.ts';

/** A pause that is no longer than this is no failure, unless something is broken. */
const PAUSE_MS = 30_000;

/** What keeps a model out of use until a call of it succeeds. */
export interface LeftAlone {
  /** What failed: the model, its key with all models of it, or its server with all models of it. */
  readonly scope: BreakerScope;
  readonly why: string;
  /** The kind of the failure, or `slow`. */
  readonly code: string;
  /** Epoch ms of the next try; `undefined` while one is under way. */
  readonly untilAt: number | undefined;
}

/** That a model did not answer. */
export interface Silence {
  /** Epoch ms. */
  readonly at: number;
  readonly why: string;
  readonly code: string;
  /** One call tries it again. */
  readonly isProbed: boolean;
}

/** One breaker that a model's calls pass. */
export interface PassedBreaker {
  readonly scope: BreakerScope;
  readonly state: BreakerState;
}

/** Kinds of failure of a call that say that nobody was there. */
const SILENT: ReadonlySet<string> = new Set<ModelErrorKind>(['network', 'timeout', 'interrupted']);

/** Whether a failed call was not answered at all; a refusal is an answer. */
export function isSilent(kind: string): boolean {
  return SILENT.has(kind);
}

/**
 * Why a model is left alone: something failed, or a refusal asked for more than half a minute. Who was told so (`isTold`) is told that it
 * is over when all its breakers are closed. Of several the first counts. Pure.
 */
export function leftAlone(
  passed: readonly PassedBreaker[],
  isTold: boolean,
): LeftAlone | undefined {
  let found: LeftAlone | undefined;
  for (const { scope, state } of passed) {
    const { phase, why, fault } = state;
    if (phase.kind === 'closed' || (!isTold && !isFailure(state))) continue;
    const untilAt = phase.kind === 'open' ? phase.untilAt : undefined;
    found ??= { scope, why, code: fault?.name ?? 'failed', untilAt };
  }
  return found;
}

/** The latest of the breakers that opened because nobody answered. Pure. */
export function latestSilence(passed: readonly PassedBreaker[]): Silence | undefined {
  let latest: Silence | undefined;
  for (const { state } of passed) {
    const { phase, why, fault } = state;
    if (phase.kind === 'closed' || fault?.name === undefined || !isSilent(fault.name)) continue;
    const isProbed = phase.kind === 'probing';
    if (phase.openedAt < (latest?.at ?? Number.NEGATIVE_INFINITY)) continue;
    latest = { at: phase.openedAt, why, code: fault.name, isProbed };
  }
  return latest;
}

function isFailure({ phase, fault }: BreakerState): boolean {
  if (phase.kind !== 'open') return false;
  return fault?.isFailure === true || phase.untilAt - phase.openedAt > PAUSE_MS;
}

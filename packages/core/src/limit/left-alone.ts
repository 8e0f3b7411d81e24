import type { ModelErrorKind } from '../spec/model.ts';
import type { BreakerScope, BreakerState } from './breaker.ts';
import { ofAll, ofEach, type Passed, type PassedBreakers, scopeFor } from './passed-breakers.ts';

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

/** Kinds of failure of a call that say that nobody was there. */
const SILENT: ReadonlySet<string> = new Set<ModelErrorKind>(['network', 'timeout', 'interrupted']);

/** Whether a failed call was not answered at all; a refusal is an answer. */
export function isSilent(kind: string): boolean {
  return SILENT.has(kind);
}

/**
 * Why a model is left alone: something failed, or a refusal asked for more than half a minute. Who was told so (`isTold`) is told that it
 * is over when all its breakers are closed. Of several the first counts; of several keys all must be left alone, and the one that is
 * tried first counts. Pure.
 */
export function leftAlone({ all, byKey }: PassedBreakers, isTold: boolean): LeftAlone | undefined {
  const own = firstAlone(all, isTold);
  if (own !== undefined) return own;
  const ofKeys = ofEach(byKey, (passed) => firstAlone(passed, isTold));
  if (ofKeys === undefined) return undefined;
  const first = ofKeys.reduce((one, other) => (timeOf(other) < timeOf(one) ? other : one));
  return { ...first, scope: 'key', why: ofAll(byKey.length, first.why) };
}

/** The latest of the breakers that opened because nobody answered; of several keys, where all did. Pure. */
export function latestSilence({ all, byKey }: PassedBreakers): Silence | undefined {
  const ofKeys = ofEach(byKey, silenceOf) ?? [];
  return [silenceOf(all), ...ofKeys].reduce(later, undefined);
}

function firstAlone(passed: readonly Passed[], isTold: boolean): LeftAlone | undefined {
  for (const { scope, state } of passed) {
    const { phase, why, fault } = state;
    if (phase.kind === 'closed' || (!isTold && !isFailure(state))) continue;
    const untilAt = phase.kind === 'open' ? phase.untilAt : undefined;
    return { scope: scopeFor(scope), why, code: fault?.name ?? 'failed', untilAt };
  }
  return undefined;
}

function timeOf({ untilAt = Number.POSITIVE_INFINITY }: LeftAlone): number {
  return untilAt;
}

function silenceOf(passed: readonly Passed[]): Silence | undefined {
  return passed
    .map(({ state: { phase, why, fault } }): Silence | undefined => {
      if (phase.kind === 'closed' || fault?.name === undefined || !isSilent(fault.name)) {
        return undefined;
      }
      return { at: phase.openedAt, why, code: fault.name, isProbed: phase.kind === 'probing' };
    })
    .reduce(later, undefined);
}

function later(one: Silence | undefined, other: Silence | undefined): Silence | undefined {
  if (one === undefined || other === undefined) return other ?? one;
  return other.at >= one.at ? other : one;
}

function isFailure({ phase, fault }: BreakerState): boolean {
  if (phase.kind !== 'open') return false;
  return fault?.isFailure === true || phase.untilAt - phase.openedAt > PAUSE_MS;
}

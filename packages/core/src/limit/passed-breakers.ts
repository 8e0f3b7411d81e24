import { askBreaker, type BreakerScope, type BreakerState } from './breaker.ts';
import type { BreakerKey, PassScope } from './breaker-keys.ts';

/** A pause that is no longer than this is no news, unless something is broken. */
const NEWS_MS = 30_000;

/** For how long one call that tries is awaited before the time of another key counts, in ms. */
const TRIAL_MS = 60_000;

/** What keeps calls of a model back. */
export interface ModelDown {
  readonly scope: BreakerScope;
  /** Epoch ms of the next probe; `undefined` while one is under way. */
  readonly untilAt: number | undefined;
  readonly why: string;
  /** The same in a word that stays the same. */
  readonly fault: string;
}

/** How the breaker of a model stands, for people. */
export interface ModelBreaker {
  /** `open`: left alone. `probing`: one call is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** What is left alone: this model, all models of its key, or all of its server; `key` also where that are all of its keys. */
  readonly scope: BreakerScope;
  /** Failures in a row. */
  readonly failures: number;
  /** When the next probe may start, epoch ms. */
  readonly probeAt: number | undefined;
}

/** One breaker that a model's calls pass and that has something to say. */
export interface Passed extends BreakerKey {
  readonly state: BreakerState;
}

/** The breakers that calls of a model pass: all of them, and those of one of its keys, where it has several. */
export interface PassedBreakers {
  readonly all: readonly Passed[];
  readonly byKey: readonly (readonly Passed[])[];
}

/** The trouble that a model or a key is in. */
export interface Trouble {
  /** Epoch ms. */
  readonly sinceAt: number;
  readonly why: string;
}

/** What opened, as it is told. */
export interface OpenNews {
  readonly because: string;
  /** Epoch ms. */
  readonly untilAt: number;
}

const BY_PHASE: Readonly<Record<ModelBreaker['state'], number>> = {
  closed: 0,
  probing: 1,
  open: 2,
};

/** What keeps calls back longest at `nowMs`, of breakers that all have to let them through; `undefined` when all do. Pure. */
export function waitOf(passed: readonly Passed[], nowMs: number): ModelDown | undefined {
  let longest: ModelDown | undefined;
  for (const { scope, state } of passed) {
    const answer = askBreaker(state, nowMs);
    if (answer.kind !== 'wait') continue;
    const { untilAt, why } = answer;
    const isLonger = (untilAt ?? 0) > (longest?.untilAt ?? 0);
    if (longest === undefined || isLonger) {
      longest = { scope: scopeFor(scope), untilAt, why, fault: state.fault?.name ?? why };
    }
  }
  return longest;
}

/** What keeps calls of a model back at `nowMs`: what all of them pass, or that none of its keys may be used. Pure. */
export function downOf({ all, byKey }: PassedBreakers, nowMs: number): ModelDown | undefined {
  const own = waitOf(all, nowMs);
  const ofKeys = allDown(byKey, nowMs);
  if (own === undefined || ofKeys === undefined) return own ?? ofKeys;
  return (own.untilAt ?? 0) >= (ofKeys.untilAt ?? 0) ? own : ofKeys;
}

/** When the present trouble began; of several keys, when the last of them came into it. Pure. */
export function troubleOf({ all, byKey }: PassedBreakers): Trouble | undefined {
  const own = firstTrouble(all);
  const ofKeys = ofEach(byKey, firstTrouble)?.reduce((one, other) =>
    other.sinceAt > one.sinceAt ? other : one,
  );
  if (own === undefined || ofKeys === undefined) return own ?? ofKeys;
  return own.sinceAt <= ofKeys.sinceAt ? own : ofKeys;
}

/** How a model stands: by what keeps it back most, and of its keys by the best of them. Pure. */
export function breakerOf({ all, byKey }: PassedBreakers): ModelBreaker {
  const keys = byKey.map((passed) => worst(passed.map(standing)));
  const best = keys.length === 0 ? undefined : keys.reduce((a, b) => (isWorse(a, b) ? b : a));
  return worst([...all.map(standing), ...(best === undefined ? [] : [best])]);
}

/** What there is to tell of breakers that opened: what is broken, or pauses for long. Pure. */
export function openNews(passed: readonly Passed[]): OpenNews | undefined {
  for (const { state } of passed) {
    const { phase, fault, why } = state;
    if (phase.kind !== 'open') continue;
    if (fault?.isFailure !== true && phase.untilAt - phase.openedAt <= NEWS_MS) continue;
    return { because: why, untilAt: phase.untilAt };
  }
  return undefined;
}

/** Whether one of them is not closed. Pure. */
export function isAnyOpen(passed: readonly Passed[]): boolean {
  return passed.some(({ state }) => state.phase.kind !== 'closed');
}

function allDown(byKey: PassedBreakers['byKey'], nowMs: number): ModelDown | undefined {
  const waits = ofEach(byKey, (passed) => waitOf(passed, nowMs));
  if (waits === undefined) return undefined;
  const timeOf = ({ untilAt = nowMs + TRIAL_MS }: ModelDown): number => untilAt;
  const first = waits.reduce((one, other) => (timeOf(other) < timeOf(one) ? other : one));
  return { ...first, scope: 'key', why: ofAll(byKey.length, first.why) };
}

/** What is said of a model none of whose keys can be used. */
export function ofAll(keys: number, why: string): string {
  return keys === 1 ? why : `none of its ${keys} keys can be used: ${why}`;
}

/** What is found of each key; `undefined` where nothing is found of one, or there are none. */
export function ofEach<T>(
  byKey: PassedBreakers['byKey'],
  find: (passed: readonly Passed[]) => T | undefined,
): readonly T[] | undefined {
  const found = byKey.map(find).filter((one): one is T & {} => one !== undefined);
  return found.length === 0 || found.length < byKey.length ? undefined : found;
}

function firstTrouble(passed: readonly Passed[]): Trouble | undefined {
  let first: Trouble | undefined;
  for (const { state } of passed) {
    const { phase, sinceAt, why } = state;
    if (phase.kind === 'closed' || sinceAt === undefined) continue;
    if (sinceAt < (first?.sinceAt ?? Number.POSITIVE_INFINITY)) first = { sinceAt, why };
  }
  return first;
}

function standing({ scope, state: { phase, failures } }: Passed): ModelBreaker {
  const probeAt = phase.kind === 'open' ? phase.untilAt : undefined;
  return { state: phase.kind, scope: scopeFor(scope), failures, probeAt };
}

function worst(all: readonly ModelBreaker[]): ModelBreaker {
  const [first = { state: 'closed', scope: 'model', failures: 0, probeAt: undefined }, ...others] =
    all;
  return others.reduce((one, other) => (isWorse(other, one) ? other : one), first);
}

function isWorse(one: ModelBreaker, other: ModelBreaker): boolean {
  const order =
    BY_PHASE[one.state] - BY_PHASE[other.state] ||
    (one.probeAt ?? 0) - (other.probeAt ?? 0) ||
    one.failures - other.failures;
  return order > 0;
}

/** What people are told of. */
export function scopeFor(scope: PassScope): BreakerScope {
  return scope === 'model-key' ? 'key' : scope;
}

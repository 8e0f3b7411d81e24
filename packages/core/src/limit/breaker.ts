/** Outcomes that a breaker remembers, and for how long. */
const REMEMBERED = 20;
const REMEMBERED_MS = 300_000;
/** A bit for each. */
const MASK = 2 ** REMEMBERED - 1;
/** Fewer outcomes than this say nothing about the share of bad ones. */
const ENOUGH = 10;
/** The share of bad outcomes that opens a breaker. */
const BAD_SHARE = 0.5;
/** A wait that somebody asked for and that is longer than a day is a mistake of somebody's clock. */
const LONGEST_ASKED_MS = 86_400_000;

/** What a breaker guards: one model, one key with all its models, or one server with all its models. */
export type BreakerScope = 'model' | 'key' | 'server';

/** What went wrong, and what a breaker is to make of it. */
export interface Fault {
  /** In words, without how often. */
  readonly why: string;
  /** In a word that stays the same, whatever was said: `overloaded`. */
  readonly name?: string;
  /** Opens after as many in a row. */
  readonly after: number;
  /** How long it stays open the first time, in ms; twice as long each time that a probe fails. */
  readonly firstMs: number;
  /** The longest that it stays open by itself, in ms. */
  readonly maxMs: number;
  /** `false` for a refusal that says "later": it opens, but does not count among the failures. */
  readonly isFailure: boolean;
  /** Whether it still says something when another process takes over. */
  readonly outlives: boolean;
  /** Until when whoever refused asked to be left alone, epoch ms. */
  readonly askedUntilAt?: number;
}

/** What happens around a breaker; `call` tells the probe from all others. */
export type BreakerSignal =
  | { readonly type: 'started'; readonly call: string }
  /** `late`: it succeeded, but so slowly that it counts as bad. */
  | { readonly type: 'succeeded'; readonly call: string; readonly late?: Fault }
  | { readonly type: 'failed'; readonly call: string; readonly fault: Fault }
  /** It ended in a way that says nothing about what the breaker guards. */
  | { readonly type: 'unsaid'; readonly call: string };

/** How a breaker stands. `open` lets one probe through from `untilAt` on; `probing` waits for its end. */
export type BreakerPhase =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilAt: number; readonly openedAt: number }
  | { readonly kind: 'probing'; readonly call: string; readonly openedAt: number };

/** What is known of something that may fail. */
export interface BreakerState {
  readonly phase: BreakerPhase;
  /** Failures in a row. */
  readonly failures: number;
  /** How often it opened since it was last closed. */
  readonly openings: number;
  /** When the present row of trouble began, epoch ms; `undefined` after a success. */
  readonly sinceAt: number | undefined;
  /** The latest success that it let through, epoch ms. */
  readonly succeededAt: number | undefined;
  /** The latest trouble, in words; empty before the first. */
  readonly why: string;
  /** The latest fault. */
  readonly fault: Fault | undefined;
  /** When the latest outcomes came, epoch ms, the newest last. */
  readonly recent: readonly number[];
  /** Which of them were bad: a bit each, the lowest for the newest. */
  readonly bad: number;
}

/** Whether a call may pass. `untilAt` is `undefined` where only the end of the probe tells. */
export type BreakerAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'wait'; readonly untilAt: number | undefined; readonly why: string };

/** A breaker that nothing passed yet. */
export const closedBreaker: BreakerState = {
  phase: { kind: 'closed' },
  failures: 0,
  openings: 0,
  sinceAt: undefined,
  succeededAt: undefined,
  why: '',
  fault: undefined,
  recent: [],
  bad: 0,
};

/** Whether a call may pass at `nowMs`. Whoever is told `probe` must start it, or nobody has. Pure. */
export function askBreaker({ phase, why }: BreakerState, nowMs: number): BreakerAnswer {
  switch (phase.kind) {
    case 'closed':
      return { kind: 'pass' };
    case 'open':
      return phase.untilAt <= nowMs
        ? { kind: 'probe' }
        : { kind: 'wait', untilAt: phase.untilAt, why };
    case 'probing':
      return { kind: 'wait', untilAt: undefined, why: `${why}; one call is trying it again` };
  }
}

/**
 * What a breaker is after one signal at `at` (epoch ms). It opens after failures in a row, or when at least half of the
 * last 10 to 20 outcomes of 5 minutes are bad; for twice as long each time, up to a bound, and never less long than was
 * asked for. Then the first call that starts is the probe: its success closes, its failure opens again, and what other
 * calls bring, which were under way when it opened, says nothing new. Pure, without jitter, so that a record of signals
 * gives the state again.
 */
export function breakerAfter(state: BreakerState, signal: BreakerSignal, at: number): BreakerState {
  switch (signal.type) {
    case 'started':
      return started(state, signal.call, at);
    case 'succeeded':
      return succeeded(state, signal.call, signal.late, at);
    case 'failed':
      return failed(state, signal.call, signal.fault, at);
    case 'unsaid':
      return isProbe(state, signal.call) ? dueAgain(state, at) : state;
  }
}

/** A probe that nobody is making any more: the next call is one. Pure. */
export function dueAgain(state: BreakerState, at: number): BreakerState {
  if (state.phase.kind !== 'probing') return state;
  return { ...state, phase: { kind: 'open', untilAt: at, openedAt: state.phase.openedAt } };
}

/** The clock was set back from `from` to `to`: what was left of a wait is left of it still. Epoch ms. Pure. */
export function setBackBreaker(state: BreakerState, from: number, to: number): BreakerState {
  const moved = (at: number): number => to + Math.max(0, at - from);
  const past = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : Math.min(at, to);
  const { phase } = state;
  return {
    ...state,
    phase:
      phase.kind === 'open'
        ? { ...phase, untilAt: moved(phase.untilAt), openedAt: Math.min(phase.openedAt, to) }
        : phase,
    sinceAt: past(state.sinceAt),
    succeededAt: past(state.succeededAt),
    recent: state.recent.map((at) => Math.min(at, to)),
  };
}

function started(state: BreakerState, call: string, at: number): BreakerState {
  const { phase } = state;
  if (phase.kind !== 'open' || at < phase.untilAt) return state;
  return { ...state, phase: { kind: 'probing', call, openedAt: phase.openedAt } };
}

function succeeded(
  state: BreakerState,
  call: string,
  late: Fault | undefined,
  at: number,
): BreakerState {
  const isBad = late !== undefined;
  if (isProbe(state, call)) {
    return { ...closedBreaker, succeededAt: at, recent: [at], bad: isBad ? 1 : 0 };
  }
  if (state.phase.kind !== 'closed') return state;
  const known = remember(state, at, isBad);
  // Spelled out, as it is made for every call; nothing else is new.
  const after: BreakerState = {
    phase: state.phase,
    failures: 0,
    openings: state.openings,
    sinceAt: undefined,
    succeededAt: at,
    why: state.why,
    fault: state.fault,
    recent: known.recent,
    bad: known.bad,
  };
  return late !== undefined && isMostlyBad(known) ? open(after, late, late.why, at) : after;
}

function failed(state: BreakerState, call: string, fault: Fault, at: number): BreakerState {
  const { phase } = state;
  if (phase.kind === 'open') return prolonged(state, phase, fault, at);
  if (phase.kind === 'probing' && phase.call !== call) return state;
  const failures = state.failures + (fault.isFailure ? 1 : 0);
  const known: Outcomes = fault.isFailure ? remember(state, at, true) : state;
  const times = fault.isFailure ? failures : state.openings + 1;
  const why = reason(fault.why, times);
  const { recent, bad } = known;
  const after = { ...state, failures, recent, bad, why, fault, sinceAt: state.sinceAt ?? at };
  const opens = phase.kind === 'probing' || failures >= fault.after || !fault.isFailure;
  return opens || isMostlyBad(known) ? open(after, fault, why, at) : after;
}

/** What another call was asked is known as well, where it is a longer wait. */
function prolonged(
  state: BreakerState,
  phase: Extract<BreakerPhase, { kind: 'open' }>,
  { askedUntilAt }: Fault,
  at: number,
): BreakerState {
  if (askedUntilAt === undefined || askedUntilAt <= phase.untilAt) return state;
  return { ...state, phase: { ...phase, untilAt: Math.min(askedUntilAt, at + LONGEST_ASKED_MS) } };
}

function open(state: BreakerState, fault: Fault, why: string, at: number): BreakerState {
  const { firstMs, maxMs, askedUntilAt = at } = fault;
  // Beyond 2^50 the bound holds anyway.
  const ownMs = Math.min(maxMs, firstMs * 2 ** Math.min(50, state.openings));
  const untilAt = Math.max(at + ownMs, Math.min(askedUntilAt, at + LONGEST_ASKED_MS));
  return {
    ...state,
    why,
    fault,
    sinceAt: state.sinceAt ?? at,
    openings: state.openings + 1,
    phase: { kind: 'open', untilAt, openedAt: at },
  };
}

function isProbe({ phase }: BreakerState, call: string): boolean {
  return phase.kind === 'probing' && phase.call === call;
}

/** The part of a state that says how the latest calls ended. */
type Outcomes = Pick<BreakerState, 'recent' | 'bad'>;

function remember({ recent, bad }: Outcomes, at: number, isBad: boolean): Outcomes {
  const since = at - REMEMBERED_MS;
  const newest = isBad ? 1 : 0;
  for (const time of recent) if (time <= since) return fresh({ recent, bad }, since, at, newest);
  const kept = recent.length < REMEMBERED ? recent.slice() : recent.slice(1);
  kept.push(at);
  return { recent: kept, bad: ((bad << 1) | newest) & MASK };
}

/** Those after `since`, and one at `at`. */
function fresh({ recent, bad }: Outcomes, since: number, at: number, newest: number): Outcomes {
  const kept: number[] = [];
  let bits = 0;
  for (const [place, time] of recent.entries()) {
    if (time <= since) continue;
    kept.push(time);
    bits = (bits << 1) | ((bad >> (recent.length - 1 - place)) & 1);
  }
  kept.push(at);
  return { recent: kept, bad: (bits << 1) | newest };
}

function isMostlyBad({ recent, bad }: Outcomes): boolean {
  if (recent.length < ENOUGH) return false;
  let count = 0;
  for (let bits = bad; bits !== 0; bits >>= 1) count += bits & 1;
  return count >= recent.length * BAD_SHARE;
}

function reason(why: string, times: number): string {
  if (times <= 1) return why;
  const colon = why.indexOf(':');
  const at = colon < 0 ? why.length : colon;
  return `${why.slice(0, at)} (${times} times in a row)${why.slice(at)}`;
}

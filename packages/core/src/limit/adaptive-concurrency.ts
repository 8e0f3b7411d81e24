/** Where learning starts: low enough that the first answers tell how fast the server is when it is not busy. */
const FIRST_LIMIT = 2;
/** A window never ends with fewer answers than this. */
const LEAST_ANSWERS = 4;
/** What is left of a limit after a call was refused or failed for too much load. */
const CUT = 0.7;
/** First tokens may take this much longer than the best before that says anything. */
const HEADROOM = 0.25;
/** The least part of a limit that is kept when first tokens are late. */
const STEEPEST = 0.5;
/** Windows after which the best time is measured anew, at half the limit. */
const MEASURED_EVERY = 64;
/** Windows for which it stays just below what was too much before it tries that again. */
const HELD_WINDOWS = 8;
/** A limit that is this much above what was once too much has outgrown it. */
const OUTGROWN = 4;
/** Windows in a row with very late first tokens after which it is measured anew, since prompts may just have become longer. */
const LATE_WINDOWS = 8;

/** What a call under a learned limit brought. `startedAt` is epoch ms. */
export type LoadSignal =
  | {
      readonly type: 'succeeded';
      readonly startedAt: number;
      /** Whether as many calls as allowed were under way when it started. */
      readonly wasFull: boolean;
      readonly firstTokenMs: number | undefined;
    }
  /** It was refused, or failed, since the server has too much to do. */
  | { readonly type: 'overloaded'; readonly startedAt: number };

/** A learned limit of calls at once. */
export interface AdaptiveState {
  /** Not whole: what grows slowly must not be rounded away. */
  readonly limit: number;
  /** As declared; the learned limit never exceeds it. */
  readonly max: number;
  /** The limit that was last too much; `undefined` before the first cut. */
  readonly tooMuch: number | undefined;
  /** Windows since then at just below that. */
  readonly held: number;
  /** When it changed last, epoch ms: calls that started before say nothing about what it is now. */
  readonly since: number;
  /** The best median of a window's first tokens, in ms. */
  readonly bestMs: number | undefined;
  /** Answers of the present window: how long each took to begin, and how many started at the limit. */
  readonly answers: number;
  readonly full: number;
  readonly firstTokensMs: readonly number[];
  /** Windows since the best time was measured, and how many of the latest in a row were late. */
  readonly windows: number;
  readonly late: number;
  /** Whether half the limit is used, to measure the best time anew. */
  readonly isMeasuring: boolean;
}

/** What is known before the first call. */
export function startAdaptive(max: number): AdaptiveState {
  return {
    limit: Math.min(FIRST_LIMIT, max),
    max,
    tooMuch: undefined,
    held: 0,
    since: Number.NEGATIVE_INFINITY,
    bestMs: undefined,
    answers: 0,
    full: 0,
    firstTokensMs: [],
    windows: 0,
    late: 0,
    isMeasuring: false,
  };
}

/** How many calls may be under way now, at least 1. */
export function atOnce({ limit, isMeasuring }: AdaptiveState): number {
  return Math.max(1, Math.floor(isMeasuring ? limit / 2 : limit));
}

/**
 * What is known after one more call, at `at` (epoch ms). Additive increase, multiplicative decrease: a window of answers
 * at the limit raises it by 1, a call that was too much cuts it to 0.7, once for all calls that were under way. Where
 * first tokens tell the time, a window sets the limit to limit · clamp(best · 1.25 / median, 0.5, 1) + √limit, which
 * settles where the server begins to queue (the gradient of Envoy's adaptive concurrency, over the time to the first
 * token, since the rest depends on how long the answer is). Just below what was too much before it stays for some
 * windows, and goes on by 1 then. Pure.
 */
export function adaptAfter(state: AdaptiveState, signal: LoadSignal, at: number): AdaptiveState {
  if (signal.startedAt < state.since) return state;
  if (signal.type === 'overloaded') return cut(state, at);
  const { firstTokenMs, wasFull } = signal;
  const after: AdaptiveState = {
    ...state,
    answers: state.answers + 1,
    full: state.full + (wasFull ? 1 : 0),
    firstTokensMs:
      firstTokenMs === undefined ? state.firstTokensMs : [...state.firstTokensMs, firstTokenMs],
  };
  return after.answers < Math.max(LEAST_ANSWERS, atOnce(state)) ? after : endWindow(after, at);
}

/** Calls of before the cut are no longer counted, those of its own moment included. */
function cut(state: AdaptiveState, at: number): AdaptiveState {
  const limit = Math.max(1, state.limit * CUT);
  return { ...emptyWindow(state), limit, tooMuch: state.limit, held: 0, since: at + 1 };
}

function endWindow(state: AdaptiveState, at: number): AdaptiveState {
  const next = { ...emptyWindow(state), since: at };
  const medianMs = median(state.firstTokensMs);
  if (state.isMeasuring) {
    return { ...next, bestMs: medianMs ?? state.bestMs, windows: 0, late: 0 };
  }
  const bestMs = least(state.bestMs, medianMs);
  const gradient =
    medianMs === undefined || bestMs === undefined || medianMs === 0
      ? 1
      : Math.min(1, Math.max(STEEPEST, (bestMs * (1 + HEADROOM)) / medianMs));
  const late = gradient === STEEPEST ? state.late + 1 : 0;
  const measures =
    bestMs !== undefined && (late >= LATE_WINDOWS || state.windows >= MEASURED_EVERY);
  return {
    ...next,
    ...nextLimit(state, gradient, medianMs !== undefined),
    bestMs,
    windows: state.windows + 1,
    late,
    isMeasuring: measures,
  };
}

function nextLimit(
  state: AdaptiveState,
  gradient: number,
  hasTimes: boolean,
): Pick<AdaptiveState, 'limit' | 'tooMuch' | 'held'> {
  const { limit, max, tooMuch, held } = state;
  const wanted = limit * gradient + (hasTimes ? Math.sqrt(limit) : 1);
  // What is not used says nothing about whether more would be too much.
  const isUsed = state.full * 2 >= state.answers;
  const next = Math.max(1, Math.min(max, isUsed ? wanted : Math.min(limit, wanted)));
  if (tooMuch === undefined || next < tooMuch - 1) return { limit: next, tooMuch, held };
  if (limit > tooMuch + OUTGROWN) return { limit: next, tooMuch: undefined, held: 0 };
  const isHeld = held < HELD_WINDOWS;
  const bound = isHeld ? Math.max(limit, tooMuch - 1) : limit + 1;
  return { limit: Math.min(next, bound), tooMuch, held: isHeld ? held + 1 : held };
}

function emptyWindow(state: AdaptiveState): AdaptiveState {
  return { ...state, answers: 0, full: 0, firstTokensMs: [], isMeasuring: false };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

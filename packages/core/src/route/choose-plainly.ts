import type { Admission } from '../limit/claim.ts';
import type { ConsideredModel } from '../spec/task-events.ts';
import type { Candidate } from './candidates.ts';
import type { Choice, ChoiceInput } from './choice.ts';
import type { OfferBoard } from './offer-board.ts';
import { KNOWN, type RatingInput, stepOfScore, whyAmongEquals } from './rate-candidates.ts';
import type { Expected, Weights } from './score.ts';
import { consider, rounded, SHOWN, type Told, waitFor, whyNot, whyOf } from './tell-choice.ts';

/** A choice that may be made plainly. */
interface PlainInput extends ChoiceInput {
  readonly board: OfferBoard;
  readonly rating: RatingInput & { readonly fill: NonNullable<RatingInput['fill']> };
}

/**
 * Picks the model for a task as `chooseModel` does, where nothing is told by answers to this very task and nobody stands
 * in for anybody: the best rank that may run, of equals the best by outcomes, then the least busy. That is nearly every
 * choice, and here it costs a few operations for each candidate. `undefined` where it takes more.
 */
export function choosePlainly(input: ChoiceInput): Choice | undefined {
  if (!isPlain(input)) return undefined;
  const { board, rating } = input;
  admitAll(input);
  const weights = isRated(input) ? rating.weights : undefined;
  if (weights !== undefined) rating.fill(board);
  const unknown = mark(input, weights);
  sortPlaces(board);
  const chosen = board.order.find((place) => board.admissions[place]?.kind === 'run');
  if (chosen !== undefined) return assign(input, chosen, weights, unknown);
  return waitFor(board.order.flatMap((place) => toldOf(board, place, weights) ?? []));
}

function isPlain(input: ChoiceInput): input is PlainInput {
  const { board, candidates, rating, refusals } = input;
  if (board === undefined || board.candidates !== candidates || !board.isPlain) return false;
  if (rating?.fill === undefined || rating.routing.mode === 'cascade') return false;
  return refusals.size === 0 && rating.doubted.size === 0;
}

function isRated({ board, rating }: PlainInput): boolean {
  const { routing, isLearned } = rating;
  if (board.candidates.length < 2) return false;
  if (routing.mode !== 'declared' || routing.qualityFloor > 0) return true;
  return isLearned && board.hasEquals;
}

function admitAll(input: PlainInput): void {
  const { board, candidates, nowMs } = input;
  for (let place = 0; place < candidates.length; place++) {
    const candidate = candidates[place];
    if (candidate === undefined) continue;
    const admission = admissionOf(candidate, input);
    board.admissions[place] = admission;
    const untilAt = admission.kind === 'wait' ? (admission.untilAt ?? nowMs) : nowMs;
    board.waits[place] = Math.max(0, untilAt - nowMs);
    board.running[place] = candidate.member.limits.running;
  }
}

/** Whether a candidate may run now. */
export function admissionOf({ member }: Candidate, input: ChoiceInput): Admission {
  const { excluded, nowMs } = input;
  const why = excluded.size === 0 ? undefined : excluded.get(member.name);
  if (why !== undefined) return { kind: 'never', why };
  if (input.allUp !== true || !member.learned.isQuiet) {
    const down = input.downUntil(member.name);
    if (down !== undefined && down.untilAt > nowMs) return { kind: 'wait', ...down };
  }
  return (
    member.limits.quickly(nowMs) ??
    member.limits.admit(nowMs, input.claimFor(member), input.callsFor(member))
  );
}

/** Ranks of which nothing tells equals apart. */
type Unknown = ReadonlySet<number> | undefined;

/** Puts down what tells equals apart: nothing of a rank in which somebody is not known yet, where a host declared the order. */
function mark({ board, candidates, rating }: PlainInput, weights: Weights | undefined): Unknown {
  const unknown = weights === undefined ? undefined : unknownRanks(board, rating);
  for (let place = 0; place < candidates.length; place++) {
    const candidate = candidates[place];
    if (candidate === undefined) continue;
    const isTold = weights !== undefined && unknown?.has(candidate.rank) !== true;
    board.steps[place] = isTold ? stepOfScore(scoreAt(board, place, weights)) : 0;
    board.warmth[place] = rating.warm(candidate.member) === undefined ? 0 : 1;
  }
  return unknown;
}

function unknownRanks(
  { candidates, learned: { outcomes } }: OfferBoard,
  { routing, isLearned }: RatingInput,
): Unknown {
  if (routing.mode !== 'declared') return undefined;
  let unknown: Set<number> | undefined;
  for (let place = 0; place < candidates.length; place++) {
    if (isLearned && (outcomes[place] ?? 0) >= KNOWN) continue;
    unknown ??= new Set();
    unknown.add(candidates[place]?.rank ?? 0);
  }
  return unknown;
}

/** The same as `scoreOf`, from columns. */
function scoreAt({ learned, prices, waits }: OfferBoard, place: number, weights: Weights): number {
  const price = prices[place] ?? 0;
  const takesMs = (learned.callMs[place] ?? 0) + (waits[place] ?? 0);
  const { lambda, mu, deadlineMs } = weights;
  return (
    (learned.quality[place] ?? 0) -
    lambda * (Number.isNaN(price) ? 0 : price) -
    (mu * (Number.isNaN(takesMs) ? 0 : takesMs)) / deadlineMs
  );
}

/** Moves further than this for each place, and sorting anew is quicker. */
const MOST_MOVES = 8;

/** Most stand where they stood at the last choice. */
function sortPlaces(board: OfferBoard): void {
  const { order } = board;
  let moves = MOST_MOVES * order.length;
  for (let at = 1; at < order.length; at++) {
    const place = order[at] ?? 0;
    let before = at - 1;
    for (; before >= 0 && compare(board, order[before] ?? 0, place) > 0; before--) {
      order[before + 1] = order[before] ?? 0;
      moves -= 1;
    }
    order[before + 1] = place;
    if (moves < 0) {
      order.sort((a, b) => compare(board, a, b));
      return;
    }
  }
}

/** Below 0 where the first is better. Candidates stand in the order of ranks and of declaration. */
function compare(board: OfferBoard, a: number, b: number): number {
  const { candidates, steps, warmth, running } = board;
  return (
    (candidates[a]?.rank ?? 0) - (candidates[b]?.rank ?? 0) ||
    (steps[b] ?? 0) - (steps[a] ?? 0) ||
    (warmth[b] ?? 0) - (warmth[a] ?? 0) ||
    (running[a] ?? 0) - (running[b] ?? 0) ||
    a - b
  );
}

function assign(
  input: PlainInput,
  chosen: number,
  weights: Weights | undefined,
  unknown: Unknown,
): Choice | undefined {
  const { board, rating, refusals } = input;
  const offer = toldOf(board, chosen, weights);
  const best = toldOf(board, board.order[0] ?? chosen, weights);
  if (offer === undefined) return undefined;
  const { member, because, rank } = offer.candidate;
  const isTold = unknown?.has(rank) !== true;
  const expected = isTold ? offer.expected : undefined;
  const among = whyAmongEquals(offer.candidate, board.equals[chosen] ?? 0, expected, rating);
  const why = `${member.name} ${because}${among}`;
  const first = best !== undefined && best.candidate.rank < rank ? best : undefined;
  return {
    kind: 'assign',
    member,
    because: first === undefined ? why : `${whyNot(first, refusals)}; ${why}`,
    considered: consideredOf(board, chosen, weights),
    insteadOf: first?.candidate.member.name,
  };
}

function consideredOf(
  board: OfferBoard,
  chosen: number,
  weights: Weights | undefined,
): readonly ConsideredModel[] {
  const { order } = board;
  const places = order.slice(0, SHOWN);
  if (!places.includes(chosen)) places.push(chosen);
  const considered: ConsideredModel[] = [];
  for (const place of places) {
    const one = considerAt(board, place, weights);
    if (one !== undefined) considered.push(one);
  }
  return considered;
}

function toldOf(board: OfferBoard, place: number, weights: Weights | undefined): Told | undefined {
  const candidate = board.candidates[place];
  const admission = board.admissions[place];
  if (candidate === undefined || admission === undefined) return undefined;
  const expected = weights === undefined ? undefined : expectedAt(board, place);
  return { candidate, admission, expected };
}

function expectedAt({ learned, prices, waits }: OfferBoard, place: number): Expected {
  return {
    quality: learned.quality[place] ?? 0,
    outcomes: learned.outcomes[place] ?? 0,
    priceUsd: known(prices[place]),
    takesMs: known((learned.callMs[place] ?? Number.NaN) + (waits[place] ?? 0)),
  };
}

function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

/** What is told of a candidate: the same object as at the last choice, where it stands as it did, so that records share it. */
function considerAt(
  board: OfferBoard,
  place: number,
  weights: Weights | undefined,
): ConsideredModel | undefined {
  const before = board.told[place];
  if (before !== undefined && isSame(before, board, place, weights)) return before;
  const told = toldOf(board, place, weights);
  if (told === undefined) return undefined;
  const made = consider(told, weights);
  board.told[place] = made;
  return made;
}

function isSame(
  before: ConsideredModel,
  board: OfferBoard,
  place: number,
  weights: Weights | undefined,
): boolean {
  const admission = board.admissions[place];
  if (admission === undefined || before.admission !== admission.kind) return false;
  const untilAt = admission.kind === 'wait' ? admission.untilAt : undefined;
  if (before.why !== whyOf(admission) || before.untilAt !== untilAt) return false;
  if (weights === undefined) return before.score === undefined;
  return (
    before.score === rounded(scoreAt(board, place, weights)) &&
    before.quality === rounded(board.learned.quality[place] ?? 0) &&
    before.price === known(board.prices[place])
  );
}

import { type Candidate, equalsOf } from './candidates.ts';
import { afterRefusal, notWorthBeginning, type Rung } from './cascade.ts';
import type { Member } from './member.ts';
import type { OfferBoard } from './offer-board.ts';
import type { Routing } from './routing-options.ts';
import {
  describeScore,
  type Expected,
  percent,
  SAME_SCORE,
  scoreOf,
  type Weights,
} from './score.ts';

/** What routing by outcomes needs beside the candidates. */
export interface RatingInput {
  readonly routing: Routing;
  readonly weights: Weights;
  /** Whether enough outcomes are known for equals to be told apart by them. */
  readonly isLearned: boolean;
  /** What is expected of each of these models at the task, in their order; `waits` is how long each is taken first, in ms. */
  readonly expected: (members: readonly Member[], waits: readonly number[]) => readonly Expected[];
  /** Fills in the same on a board; absent where `expected` must be asked for it. */
  readonly fill?: ((board: OfferBoard) => void) | undefined;
  /** How likely a model is to succeed once an answer was refused: its own, or another model's. */
  readonly afterRefusal: (member: Member, isOwn: boolean, quality: number) => number;
  /** Why a model is warm: it was called a moment ago with the same beginning, which it need not read again at full price. */
  readonly warm: (member: Member) => string | undefined;
  /** Models whose answer to this task passed and was doubted all the same. */
  readonly doubted: ReadonlySet<string>;
}

/** How candidates compare, beside their ranks. A candidate is told by its place in the list of those that were rated. */
export interface Ratings {
  /** What is expected of each; none where ratings have no say. */
  readonly expected: readonly Expected[];
  readonly weights: Weights;
  /** The model that takes a task over after a refusal, and from whom. */
  readonly escalation:
    | { readonly from: string; readonly to: string; readonly because: string }
    | undefined;
  /** What tells a candidate from others of its standing; see `compareMarks`. */
  marksOf(place: number): Marks;
  /** Why a model that won among equals did, in words; empty where nothing told them apart. */
  why(place: number): string;
  /** Why a fallback is not good enough; `undefined` where it is, or where too little is known. */
  underFloor(place: number): string | undefined;
}

/** What tells a candidate from another of its standing. */
export interface Marks {
  /** Whether beginning with it would cost more than it saves. */
  readonly isSkipped: boolean;
  /** Whether its answer to the task was doubted. */
  readonly isDoubted: boolean;
  /** Of its score; `undefined` where nothing is expected of it that may tell equals apart. */
  readonly step: number | undefined;
  /** In US dollars where the cheapest comes first, else 0. */
  readonly price: number;
  readonly isWarm: boolean;
}

/** Outcomes that it takes to refuse a fallback, to skip a step of a cascade, and to tell equals of a declared team apart. */
export const KNOWN = 10;

/** Rates candidates, which are taken for so many ms first, where that has a say: never, for one candidate and where a host declares an order. Pure. */
export function rateCandidates(
  candidates: readonly Candidate[],
  waits: readonly number[],
  refusals: ReadonlyMap<string, number>,
  input: RatingInput,
): Ratings {
  const { routing, weights } = input;
  const expected = hasSay(candidates, input) ? expectedOf(candidates, waits, input) : NOTHING;
  const tells = tellsEquals(candidates, expected, input);
  const isCascade = routing.mode === 'cascade';
  const byName = isCascade ? namesOf(candidates, expected) : NOBODY_EXPECTED;
  const skipped = isCascade ? skippedOf(candidates, byName) : NOBODY;
  return {
    expected,
    weights,
    escalation: isCascade ? escalationOf(candidates, refusals, byName, input) : undefined,
    marksOf: (place) => {
      const candidate = candidates[place];
      return markedBy(candidate, skipped, tells(place), input);
    },
    why: (place) =>
      `${whyAmongEquals(candidates[place], equalsOf(candidates, place), tells(place), input)}${skipWords(candidates[place], candidates, byName, skipped)}`,
    underFloor: (place) =>
      candidates[place]?.fallbackOf === undefined
        ? undefined
        : underFloor(expected[place], routing),
  };
}

/** Compares two of one standing; below 0 where the first is better. Pure. */
export function compareMarks(a: Marks, b: Marks): number {
  if (a.isSkipped !== b.isSkipped) return a.isSkipped ? 1 : -1;
  if (a.isDoubted !== b.isDoubted) return a.isDoubted ? 1 : -1;
  const byWarmth = Number(b.isWarm) - Number(a.isWarm);
  if (a.step === undefined || b.step === undefined) return byWarmth;
  // Two of unknown price are equally dear.
  const byPrice = a.price === b.price ? 0 : a.price - b.price;
  return byPrice || b.step - a.step || byWarmth;
}

const NOTHING: readonly Expected[] = [];
const NOBODY_EXPECTED: ReadonlyMap<string, Expected> = new Map();
const NOBODY: ReadonlySet<string> = new Set();

function skippedOf(
  candidates: readonly Candidate[],
  expected: ReadonlyMap<string, Expected>,
): ReadonlySet<string> {
  const known = candidates.flatMap(({ member: { name } }): readonly Rung[] => {
    const one = expected.get(name);
    if (one === undefined || one.outcomes < KNOWN) return [];
    return [{ name, quality: one.quality, priceUsd: one.priceUsd }];
  });
  return notWorthBeginning(known.sort((a, b) => (a.priceUsd ?? 0) - (b.priceUsd ?? 0)));
}

function skipWords(
  winner: Candidate | undefined,
  candidates: readonly Candidate[],
  expected: ReadonlyMap<string, Expected>,
  skipped: ReadonlySet<string>,
): string {
  if (winner === undefined || skipped.size === 0 || skipped.has(winner.member.name)) return '';
  const words = candidates
    .filter(({ rank, member }) => rank === winner.rank && skipped.has(member.name))
    .map(
      ({ member: { name } }) =>
        `; ${name} would be a waste (${percent(expected.get(name)?.quality ?? 0)} likely)`,
    );
  return words.join('');
}

function hasSay(candidates: readonly Candidate[], { routing, isLearned }: RatingInput): boolean {
  if (candidates.length < 2) return false;
  if (routing.mode !== 'declared' || routing.qualityFloor > 0) return true;
  return isLearned && candidates.some(({ rank }, at) => candidates[at + 1]?.rank === rank);
}

/**
 * What may tell equals apart. Where a host declared the order, that is nothing of a rank in which somebody is not known
 * yet: whoever is new must get work to become known.
 */
function tellsEquals(
  candidates: readonly Candidate[],
  expected: readonly Expected[],
  { routing, isLearned }: RatingInput,
): (place: number) => Expected | undefined {
  if (routing.mode !== 'declared') return (place) => expected[place];
  if (!isLearned || expected.length === 0) return () => undefined;
  const unknown = new Set<number>();
  for (let place = 0; place < candidates.length; place++) {
    if ((expected[place]?.outcomes ?? 0) < KNOWN) unknown.add(candidates[place]?.rank ?? 0);
  }
  return (place) => (unknown.has(candidates[place]?.rank ?? 0) ? undefined : expected[place]);
}

function expectedOf(
  candidates: readonly Candidate[],
  waits: readonly number[],
  input: RatingInput,
): readonly Expected[] {
  return input.expected(
    candidates.map(({ member }) => member),
    waits,
  );
}

function namesOf(
  candidates: readonly Candidate[],
  expected: readonly Expected[],
): ReadonlyMap<string, Expected> {
  return new Map(
    candidates.flatMap(({ member: { name } }, place) => {
      const one = expected[place];
      return one === undefined ? [] : [[name, one] as const];
    }),
  );
}

function markedBy(
  candidate: Candidate | undefined,
  skipped: ReadonlySet<string>,
  one: Expected | undefined,
  { warm, doubted, routing, weights }: RatingInput,
): Marks {
  if (candidate === undefined) return UNMARKED;
  const { member } = candidate;
  const isCascade = routing.mode === 'cascade';
  return {
    isSkipped: skipped.has(member.name),
    isDoubted: doubted.has(member.name),
    step: one === undefined ? undefined : stepOfScore(scoreOf(one, weights)),
    price: one === undefined || !isCascade ? 0 : priceOf(one),
    isWarm: warm(member) !== undefined,
  };
}

/** What tells nobody from anybody. */
export const UNMARKED: Marks = {
  isSkipped: false,
  isDoubted: false,
  step: undefined,
  price: 0,
  isWarm: false,
};

function priceOf({ priceUsd }: Expected): number {
  return priceUsd ?? Number.POSITIVE_INFINITY;
}

/** Scores in steps, so that comparing them stays transitive. */
export function stepOfScore(score: number): number {
  return Math.round(score / SAME_SCORE);
}

function escalationOf(
  candidates: readonly Candidate[],
  refusals: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, Expected>,
  { weights, afterRefusal: chanceOf, doubted }: RatingInput,
): Ratings['escalation'] {
  const from = candidates.find(({ member }) => refusals.get(member.name) === 1);
  if (from === undefined) return undefined;
  const rung = ({ member }: Candidate, isOwn: boolean): readonly Rung[] => {
    const one = expected.get(member.name);
    if (one === undefined) return [];
    const quality = chanceOf(member, isOwn, one.quality);
    return [{ name: member.name, quality, priceUsd: one.priceUsd }];
  };
  const [refused] = rung(from, true);
  if (refused === undefined) return undefined;
  const others = candidates
    .filter(({ member }) => !refusals.has(member.name) && !doubted.has(member.name))
    .flatMap((candidate) => rung(candidate, false));
  const decision = afterRefusal(refused, others, weights.lambda);
  return decision.kind === 'escalate'
    ? { from: from.member.name, to: decision.to, because: decision.because }
    : undefined;
}

/** Why one that won among so many equals did, in words; `one` is what tells it from them. Empty where nothing does. */
export function whyAmongEquals(
  winner: Candidate | undefined,
  equals: number,
  one: Expected | undefined,
  { routing, weights, warm }: RatingInput,
): string {
  if (winner === undefined || equals < 2) return '';
  const warmth = warm(winner.member);
  if (one === undefined) return warmth === undefined ? '' : `, and ${warmth}`;
  const among = routing.mode === 'cascade' ? 'cheapest first' : 'best';
  const words = `, ${among} of ${equals} equals by ${describeScore(one, weights)}`;
  return warmth === undefined ? words : `${words}; ${warmth}`;
}

function underFloor(one: Expected | undefined, { qualityFloor }: Routing): string | undefined {
  if (one === undefined || qualityFloor === 0) return undefined;
  if (one.outcomes < KNOWN || one.quality >= qualityFloor) return undefined;
  return `its chance of success, ${percent(one.quality)}, is under the floor of ${percent(qualityFloor)}`;
}

import type { Candidate } from './candidates.ts';
import { afterRefusal, notWorthBeginning, type Rung } from './cascade.ts';
import type { Member } from './member.ts';
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
  /** How likely a model is to succeed once an answer was refused: its own, or another model's. */
  readonly afterRefusal: (member: Member, isOwn: boolean, quality: number) => number;
  /** Why a model is warm: it was called a moment ago with the same beginning, which it need not read again at full price. */
  readonly warm: (member: Member) => string | undefined;
  /** Models whose answer to this task passed and was doubted all the same. */
  readonly doubted: ReadonlySet<string>;
}

/** How candidates compare, beside their ranks. */
export interface Ratings {
  /** By name; none where ratings have no say. */
  readonly expected: ReadonlyMap<string, Expected>;
  readonly weights: Weights;
  /** Compares two of one standing; below 0 where the first is better. */
  compare(a: Candidate, b: Candidate): number;
  /** The model that takes a task over after a refusal, and from whom. */
  readonly escalation:
    | { readonly from: string; readonly to: string; readonly because: string }
    | undefined;
  /** Why a model of this name that won among equals did, in words; empty where nothing told them apart. */
  why(winner: Candidate): string;
  /** Why a fallback is not good enough; `undefined` where it is, or where too little is known. */
  underFloor(candidate: Candidate): string | undefined;
}

/** Outcomes that it takes to refuse a fallback, to skip a step of a cascade, and to tell equals of a declared team apart. */
const KNOWN = 10;

/** A candidate with how long it is taken, in ms. */
export interface Waiting {
  readonly candidate: Candidate;
  readonly waitMs: number;
}

/** Rates candidates where that has a say: never, for one candidate and where a host declares an order. Pure. */
export function rateCandidates(
  waiting: readonly Waiting[],
  refusals: ReadonlyMap<string, number>,
  input: RatingInput,
): Ratings {
  const { routing, weights } = input;
  const candidates = waiting.map(({ candidate }) => candidate);
  const expected = hasSay(candidates, input) ? expectedOf(waiting, input) : new Map();
  const known = withoutUnknown(candidates, expected, input);
  const skipped = routing.mode === 'cascade' ? skippedOf(candidates, expected) : NOBODY;
  const escalation =
    routing.mode === 'cascade' ? escalationOf(candidates, refusals, expected, input) : undefined;
  const compare = comparing(known, input);
  return {
    expected,
    weights,
    escalation,
    compare: (a, b) =>
      Number(skipped.has(a.member.name)) - Number(skipped.has(b.member.name)) || compare(a, b),
    why: (winner) =>
      `${whyOf(winner, candidates, known, input)}${skipWords(winner, candidates, expected, skipped)}`,
    underFloor: ({ member, fallbackOf }) =>
      fallbackOf === undefined ? undefined : underFloor(expected.get(member.name), routing),
  };
}

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
  winner: Candidate,
  candidates: readonly Candidate[],
  expected: ReadonlyMap<string, Expected>,
  skipped: ReadonlySet<string>,
): string {
  if (skipped.has(winner.member.name)) return '';
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
function withoutUnknown(
  candidates: readonly Candidate[],
  expected: ReadonlyMap<string, Expected>,
  { routing, isLearned }: RatingInput,
): ReadonlyMap<string, Expected> {
  if (routing.mode !== 'declared' || expected.size === 0) return expected;
  if (!isLearned) return new Map();
  const unknown = new Set(
    candidates
      .filter(({ member }) => (expected.get(member.name)?.outcomes ?? 0) < KNOWN)
      .map(({ rank }) => rank),
  );
  const known = candidates.filter(({ rank }) => !unknown.has(rank));
  return new Map(
    known.flatMap(({ member: { name } }) => {
      const one = expected.get(name);
      return one === undefined ? [] : [[name, one] as const];
    }),
  );
}

function expectedOf(
  waiting: readonly Waiting[],
  input: RatingInput,
): ReadonlyMap<string, Expected> {
  const all = input.expected(
    waiting.map(({ candidate }) => candidate.member),
    waiting.map(({ waitMs }) => waitMs),
  );
  return new Map(
    waiting.flatMap(({ candidate: { member } }, at) => {
      const one = all[at];
      return one === undefined ? [] : [[member.name, one] as const];
    }),
  );
}

/** What tells a candidate from another of its standing. */
interface Marks {
  readonly isDoubted: boolean;
  /** Of its score; `undefined` where nothing is expected of it. */
  readonly step: number | undefined;
  readonly price: number;
  readonly isWarm: boolean;
}

/** Compares candidates by marks that are worked out once for each, however often it is compared. */
function comparing(
  expected: ReadonlyMap<string, Expected>,
  { warm, doubted, routing, weights }: RatingInput,
): (a: Candidate, b: Candidate) => number {
  const all = new Map<Member, Marks>();
  const marksOf = (member: Member): Marks => {
    const known = all.get(member);
    if (known !== undefined) return known;
    const one = expected.get(member.name);
    const marks = {
      isDoubted: doubted.has(member.name),
      step: one === undefined ? undefined : step(scoreOf(one, weights)),
      price: one === undefined ? 0 : priceOf(one),
      isWarm: warm(member) !== undefined,
    };
    all.set(member, marks);
    return marks;
  };
  return ({ member: a }, { member: b }) => {
    const [x, y] = [marksOf(a), marksOf(b)];
    const byDoubt = Number(x.isDoubted) - Number(y.isDoubted);
    if (byDoubt !== 0) return byDoubt;
    const byWarmth = Number(y.isWarm) - Number(x.isWarm);
    if (x.step === undefined || y.step === undefined) return byWarmth;
    const byPrice = routing.mode !== 'cascade' || x.price === y.price ? 0 : x.price - y.price;
    return byPrice || y.step - x.step || byWarmth;
  };
}

function priceOf({ priceUsd }: Expected): number {
  return priceUsd ?? Number.POSITIVE_INFINITY;
}

/** Scores in steps, so that comparing them stays transitive. */
function step(score: number): number {
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

function whyOf(
  winner: Candidate,
  candidates: readonly Candidate[],
  expected: ReadonlyMap<string, Expected>,
  { routing, weights, warm }: RatingInput,
): string {
  const equals = candidates.filter(({ rank }) => rank === winner.rank);
  const one = expected.get(winner.member.name);
  if (equals.length < 2) return '';
  const warmth = warm(winner.member);
  if (one === undefined) return warmth === undefined ? '' : `, and ${warmth}`;
  const among = routing.mode === 'cascade' ? 'cheapest first' : 'best';
  const words = `, ${among} of ${equals.length} equals by ${describeScore(one, weights)}`;
  return warmth === undefined ? words : `${words}; ${warmth}`;
}

function underFloor(one: Expected | undefined, { qualityFloor }: Routing): string | undefined {
  if (one === undefined || qualityFloor === 0) return undefined;
  if (one.outcomes < KNOWN || one.quality >= qualityFloor) return undefined;
  return `its chance of success, ${percent(one.quality)}, is under the floor of ${percent(qualityFloor)}`;
}

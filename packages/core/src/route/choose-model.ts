import type { Admission, Claim } from '../limit/model-limits.ts';
import type { ConsideredModel, WaitCause } from '../spec/task-events.ts';
import type { Candidate } from './candidates.ts';
import type { Member } from './member.ts';
import {
  compareMarks,
  type Marks,
  type RatingInput,
  type Ratings,
  rateCandidates,
  UNMARKED,
} from './rate-candidates.ts';
import { scoreOf } from './score.ts';

/** What the choice depends on beside the candidates. */
export interface ChoiceInput {
  readonly candidates: readonly Candidate[];
  readonly nowMs: number;
  /** What the call would use on that model. */
  readonly claimFor: (member: Member) => Claim;
  /** How many calls the task will take on that model, with those that others there are still going to make. */
  readonly callsFor: (member: Member) => number;
  /** Epoch ms until which a model is out of order, with the reason. */
  readonly downUntil: (
    model: string,
  ) => { readonly untilAt: number; readonly why: string; readonly on?: WaitCause } | undefined;
  /** Models whose answers to this task were refused, with how often. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Models that this task must not be given to, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** A wait longer than this sends the task to a fallback, in ms. */
  readonly patienceMs: number;
  /** What is known by outcomes; `undefined` where only what was declared counts. */
  readonly rating: RatingInput | undefined;
}

/** The outcome for one task. */
export type Choice =
  | {
      readonly kind: 'assign';
      readonly member: Member;
      readonly admission: Extract<Admission, { kind: 'run' }>;
      readonly because: string;
      readonly considered: readonly ConsideredModel[];
      readonly insteadOf: string | undefined;
    }
  | {
      readonly kind: 'wait';
      /** `undefined`: until a call ends. */
      readonly untilAt: number | undefined;
      readonly because: string;
      /** What is waited for of the model that would be first. */
      readonly on?: WaitCause;
    }
  | { readonly kind: 'never'; readonly because: string };

/** A candidate with all by which it is put in its place. */
interface Offer {
  readonly candidate: Candidate;
  readonly admission: Admission;
  /** Where it stands in the list of candidates, by which its rating is found. */
  readonly place: number;
  readonly standing: number;
  readonly marks: Marks;
  readonly running: number;
}

/**
 * Picks the model for a task now. The best rank that may run wins; of equals the one with the best rating, then the
 * least busy. A fallback comes in where a model it stands in for, and its fallbacks before it, would keep the task
 * waiting longer than `patienceMs`, if it is good enough. A model whose answer to this task was refused once repairs it,
 * if no better one may run and none is worth its price; one that was refused twice stands behind the others, and gets it
 * only where these would keep it waiting longer than `patienceMs`.
 */
export function chooseModel(input: ChoiceInput): Choice {
  const { candidates, refusals, rating } = input;
  const admissions = candidates.map((candidate) => admissionOf(candidate, input));
  const waits = (): readonly number[] => admissions.map((admission) => waitMsOf(admission, input));
  const ratings =
    rating === undefined ? undefined : rateCandidates(candidates, waits(), refusals, rating);
  const offers = order(admissions, input, ratings);
  if (offers.length === 0) {
    return { kind: 'never', because: 'no model of the team can do this kind of task' };
  }
  // The models that would keep the task waiting long, and so would all that stand in for them so far.
  const long = new Set<string>(notWaitedFor(input, ratings));
  let isAwaited = false;
  for (const offer of offers) {
    const { candidate, admission } = offer;
    const may = mayTake(candidate, long);
    if (admission.kind !== 'run') {
      const lasts = isLong(admission, input);
      noteWait(candidate, lasts, long);
      isAwaited ||= may && !lasts && !isRefusedTwice(candidate, refusals);
      continue;
    }
    // Another try of whoever was refused twice is worth less than a short wait for somebody else.
    if (may && !(isAwaited && isRefusedTwice(candidate, refusals)))
      return assign(offer, admission, offers, input, ratings);
  }
  return waitFor(offers);
}

function isRefusedTwice({ member }: Candidate, refusals: ChoiceInput['refusals']): boolean {
  return (refusals.get(member.name) ?? 0) >= 2;
}

function mayTake({ fallbackOf }: Candidate, long: ReadonlySet<string>): boolean {
  return fallbackOf === undefined || fallbackOf.some((name) => long.has(name));
}

function noteWait({ fallbackOf, member }: Candidate, isLong: boolean, long: Set<string>): void {
  if (!isLong) for (const name of fallbackOf ?? []) long.delete(name);
  else if (fallbackOf === undefined) long.add(member.name);
}

/** Whoever was refused twice is not waited for, nor one that another takes over from, nor one whose answer is in doubt. */
function notWaitedFor(
  { refusals, rating }: ChoiceInput,
  ratings: Ratings | undefined,
): readonly string[] {
  const from = ratings?.escalation?.from;
  return [
    ...[...refusals].flatMap(([name, times]) => (times >= 2 ? [name] : [])),
    ...(from === undefined ? [] : [from]),
    ...(rating?.doubted ?? []),
  ];
}

function isLong(admission: Admission, { nowMs, patienceMs }: ChoiceInput): boolean {
  if (admission.kind === 'never') return true;
  if (admission.kind === 'run') return false;
  const { untilAt, orSooner } = admission;
  return untilAt !== undefined && untilAt - nowMs > patienceMs && orSooner !== true;
}

/** What is known of a wait; one for a call to end is over soon. */
function waitMsOf(admission: Admission, { nowMs }: ChoiceInput): number {
  if (admission.kind !== 'wait' || admission.orSooner === true) return 0;
  return Math.max(0, (admission.untilAt ?? nowMs) - nowMs);
}

function order(
  admissions: readonly Admission[],
  input: ChoiceInput,
  ratings: Ratings | undefined,
): readonly Offer[] {
  const offers = input.candidates.flatMap((candidate, place): readonly Offer[] => {
    const tooPoor = ratings?.underFloor(place);
    const admission = admissions[place];
    if (admission === undefined) return [];
    return [
      {
        candidate,
        admission: tooPoor === undefined ? admission : { kind: 'never', why: tooPoor },
        place,
        standing: standingOf(candidate, input, ratings),
        marks: ratings?.marksOf(place) ?? UNMARKED,
        running: candidate.member.limits.running,
      },
    ];
  });
  return offers.sort(
    (a, b) =>
      a.standing - b.standing ||
      compareMarks(a.marks, b.marks) ||
      a.running - b.running ||
      a.candidate.member.order - b.candidate.member.order,
  );
}

function standingOf(
  { member: { name }, rank }: Candidate,
  { refusals, rating }: ChoiceInput,
  ratings: Ratings | undefined,
): number {
  const escalation = ratings?.escalation;
  if (escalation?.to === name) return -1;
  const refused = refusals.get(name) ?? 0;
  const isLeft = refused >= 2 || rating?.doubted.has(name) === true;
  const repairs = refused === 1 && escalation === undefined;
  return rank + (isLeft ? 1_000 * Math.max(1, refused) : 0) - (repairs ? 0.5 : 0);
}

function admissionOf({ member }: Candidate, input: ChoiceInput): Admission {
  const excluded = input.excluded.get(member.name);
  if (excluded !== undefined) return { kind: 'never', why: excluded };
  const down = input.downUntil(member.name);
  if (down !== undefined && down.untilAt > input.nowMs) {
    return { kind: 'wait', ...down };
  }
  return member.limits.admit(input.nowMs, input.claimFor(member), input.callsFor(member));
}

function assign(
  offer: Offer,
  admission: Extract<Admission, { kind: 'run' }>,
  offers: readonly Offer[],
  input: ChoiceInput,
  ratings: Ratings | undefined,
): Choice {
  const { member, because, rank } = offer.candidate;
  const left = leftFor(member.name, input, ratings);
  // Whoever takes over for what an answer was did not win among equals.
  const among = left === undefined ? ratings?.why(offer.place) : undefined;
  const why = `${member.name} ${because}${among ?? ''}`;
  const first = offers.find(({ candidate }) => candidate.rank < rank);
  return {
    kind: 'assign',
    member,
    admission,
    because: [left?.because ?? (first && whyNot(first, input.refusals)), why]
      .filter((part) => part !== undefined)
      .join('; '),
    considered: shownOf(offer, offers).map((one) => consider(one, ratings)),
    insteadOf: left?.from ?? first?.candidate.member.name,
  };
}

/** Offers that are told of; who reads why a model was chosen needs the best, and the record of a large team would be long. */
const SHOWN = 16;

function shownOf(chosen: Offer, offers: readonly Offer[]): readonly Offer[] {
  if (offers.length <= SHOWN) return offers;
  const best = offers.slice(0, SHOWN);
  return best.includes(chosen) ? best : [...best, chosen];
}

/** The model from which this one takes over because of what its answer was, if so. */
function leftFor(
  name: string,
  { rating }: ChoiceInput,
  ratings: Ratings | undefined,
): { readonly from: string; readonly because: string } | undefined {
  if (ratings?.escalation?.to === name) return ratings.escalation;
  const [from] = rating?.doubted ?? [];
  if (from === undefined || rating?.doubted.has(name) === true) return undefined;
  return { from, because: `the answer of ${from} was doubtful` };
}

function waitFor(offers: readonly Offer[]): Choice {
  const waits = offers.flatMap(({ candidate, admission }) =>
    admission.kind === 'wait' ? [{ name: candidate.member.name, ...admission }] : [],
  );
  if (waits.length === 0) {
    return { kind: 'never', because: offers.map(describe).join('; ') };
  }
  const [first] = waits;
  const known = waits.flatMap((wait) => (wait.untilAt === undefined ? [] : [wait.untilAt]));
  return {
    kind: 'wait',
    // A running call that ends wakes the dispatcher by itself; the earliest known moment is the other way on.
    untilAt: known.length === 0 ? undefined : Math.min(...known),
    because: waits.map((wait) => `${wait.name}: ${wait.why}`).join('; '),
    ...(first?.on === undefined ? {} : { on: { ...first.on, model: first.name } }),
  };
}

function consider(offer: Offer, ratings: Ratings | undefined): ConsideredModel {
  const { admission } = offer;
  const { name } = offer.candidate.member;
  const expected = ratings?.expected[offer.place];
  return {
    model: name,
    admission: admission.kind,
    why: whyOf(admission),
    ...(admission.kind === 'wait' && admission.untilAt !== undefined
      ? { untilAt: admission.untilAt }
      : {}),
    ...(expected === undefined || ratings === undefined
      ? {}
      : {
          score: rounded(scoreOf(expected, ratings.weights)),
          quality: rounded(expected.quality),
          ...(expected.priceUsd === undefined ? {} : { price: expected.priceUsd }),
        }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Why an offer of a better rank was not taken. */
function whyNot(offer: Offer, refusals: ChoiceInput['refusals']): string {
  const { name } = offer.candidate.member;
  const refused = refusals.get(name) ?? 0;
  return refused >= 2 ? `${name}: was refused ${refused} times` : describe(offer);
}

function describe({ candidate, admission }: Offer): string {
  return `${candidate.member.name}: ${whyOf(admission)}`;
}

function whyOf(admission: Admission): string {
  return admission.kind === 'run' ? 'free' : admission.why;
}

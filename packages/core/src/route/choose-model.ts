import type { Admission } from '../limit/claim.ts';
import type { Candidate } from './candidates.ts';
import type { Choice, ChoiceInput } from './choice.ts';
import { admissionOf, choosePlainly } from './choose-plainly.ts';
import {
  compareMarks,
  type Marks,
  type Ratings,
  rateCandidates,
  UNMARKED,
} from './rate-candidates.ts';
import { consider, shownOf, type Told, waitFor, whyNot } from './tell-choice.ts';

export type { Choice, ChoiceInput } from './choice.ts';

const NOBODY: ReadonlySet<string> = new Set();

/** A candidate with all by which it is put in its place. */
interface Offer extends Told {
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
  return choosePlainly(input) ?? chooseInFull(input);
}

function chooseInFull(input: ChoiceInput): Choice {
  const { candidates, refusals, rating } = input;
  const admissions = candidates.map((candidate) => admissionOf(candidate, input));
  const ratings =
    rating === undefined
      ? undefined
      : rateCandidates(
          candidates,
          admissions.map((admission) => waitMsOf(admission, input)),
          refusals,
          rating,
        );
  const offers = order(admissions, input, ratings);
  if (offers.length === 0) {
    return { kind: 'never', because: 'no model of the team can do this kind of task' };
  }
  // The models that would keep the task waiting long, and so would all that stand in for them so far.
  let long = notWaitedFor(input, ratings);
  let isAwaited = false;
  for (const offer of offers) {
    const { candidate, admission } = offer;
    const may = mayTake(candidate, long);
    if (admission.kind !== 'run') {
      const lasts = isLong(admission, input);
      long = afterWait(candidate, lasts, long);
      isAwaited ||= may && !lasts && !isRefusedTwice(candidate, refusals);
      continue;
    }
    // Another try of whoever was refused twice is worth less than a short wait for somebody else.
    if (may && !(isAwaited && isRefusedTwice(candidate, refusals)))
      return assign(offer, offers, input, ratings);
  }
  return waitFor(offers);
}

function isRefusedTwice({ member }: Candidate, refusals: ChoiceInput['refusals']): boolean {
  return (refusals.get(member.name) ?? 0) >= 2;
}

function mayTake({ fallbackOf }: Candidate, long: ReadonlySet<string>): boolean {
  return fallbackOf === undefined || fallbackOf.some((name) => long.has(name));
}

function afterWait(
  { fallbackOf, member }: Candidate,
  isLong: boolean,
  long: ReadonlySet<string>,
): ReadonlySet<string> {
  if (isLong) return fallbackOf === undefined ? new Set([...long, member.name]) : long;
  if (fallbackOf === undefined || long.size === 0) return long;
  return new Set([...long].filter((name) => !fallbackOf.includes(name)));
}

/** Whoever was refused twice is not waited for, nor one that another takes over from, nor one whose answer is in doubt. */
function notWaitedFor(
  { refusals, rating }: ChoiceInput,
  ratings: Ratings | undefined,
): ReadonlySet<string> {
  const from = ratings?.escalation?.from;
  if (refusals.size === 0 && from === undefined && rating === undefined) return NOBODY;
  return new Set([
    ...[...refusals].flatMap(([name, times]) => (times >= 2 ? [name] : [])),
    ...(from === undefined ? [] : [from]),
    ...(rating?.doubted ?? []),
  ]);
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
  const offers: Offer[] = [];
  for (const [place, candidate] of input.candidates.entries()) {
    const tooPoor = ratings?.underFloor(place);
    const admission = admissions[place];
    if (admission === undefined) continue;
    offers.push({
      candidate,
      admission: tooPoor === undefined ? admission : { kind: 'never', why: tooPoor },
      expected: ratings?.expected[place],
      place,
      standing: standingOf(candidate, input, ratings),
      marks: ratings?.marksOf(place) ?? UNMARKED,
      running: candidate.member.limits.running,
    });
  }
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

function assign(
  offer: Offer,
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
  const instead = left?.because ?? (first && whyNot(first, input.refusals));
  return {
    kind: 'assign',
    member,
    because: instead === undefined ? why : `${instead}; ${why}`,
    considered: shownOf(offer, offers).map((one) => consider(one, ratings?.weights)),
    insteadOf: left?.from ?? first?.candidate.member.name,
  };
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

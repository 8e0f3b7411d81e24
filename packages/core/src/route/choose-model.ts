import type { Admission, Claim } from '../limit/model-limits.ts';
import type { ConsideredModel } from '../spec/event.ts';
import type { Candidate } from './candidates.ts';
import type { Member } from './member.ts';

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
  ) => { readonly untilAt: number; readonly why: string } | undefined;
  /** Models whose answers to this task were refused, with how often. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Models that this task must not be given to, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  /** A wait longer than this sends the task to a fallback, in ms. */
  readonly patienceMs: number;
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
    }
  | { readonly kind: 'never'; readonly because: string };

interface Offer {
  readonly candidate: Candidate;
  readonly admission: Admission;
}

/**
 * Picks the model for a task now. The best rank that may run wins, the least busy of equals first; a fallback comes in
 * where a model it stands in for, and its fallbacks before it, would keep the task waiting longer than `patienceMs`. A
 * model whose answer to this task was refused once repairs it, if no better one may run; one that was refused twice
 * stands behind the others.
 */
export function chooseModel(input: ChoiceInput): Choice {
  const offers = order(input).map((candidate) => ({
    candidate,
    admission: admissionOf(candidate, input),
  }));
  if (offers.length === 0) {
    return { kind: 'never', because: 'no model of the team can do this kind of task' };
  }
  // The models that would keep the task waiting long, and so would all that stand in for them so far.
  const long = new Set<string>(refusedTwice(input.refusals));
  for (const offer of offers) {
    const { candidate, admission } = offer;
    if (admission.kind !== 'run') noteWait(candidate, isLong(admission, input), long);
    else if (mayTake(candidate, long)) return assign(offer, admission, offers, input);
  }
  return waitFor(offers);
}

function mayTake({ fallbackOf }: Candidate, long: ReadonlySet<string>): boolean {
  return fallbackOf === undefined || fallbackOf.some((name) => long.has(name));
}

function noteWait({ fallbackOf, member }: Candidate, isLong: boolean, long: Set<string>): void {
  if (!isLong) for (const name of fallbackOf ?? []) long.delete(name);
  else if (fallbackOf === undefined) long.add(member.name);
}

/** Whoever was refused twice is not waited for. */
function refusedTwice(refusals: ChoiceInput['refusals']): readonly string[] {
  return [...refusals].flatMap(([name, times]) => (times >= 2 ? [name] : []));
}

function isLong(admission: Admission, { nowMs, patienceMs }: ChoiceInput): boolean {
  if (admission.kind === 'never') return true;
  if (admission.kind === 'run') return false;
  return admission.untilAt !== undefined && admission.untilAt - nowMs > patienceMs;
}

function order(input: ChoiceInput): readonly Candidate[] {
  const standing = (candidate: Candidate): number => {
    const refused = input.refusals.get(candidate.member.name) ?? 0;
    return candidate.rank + (refused >= 2 ? 1_000 * refused : 0) - (refused === 1 ? 0.5 : 0);
  };
  return [...input.candidates].sort(
    (a, b) =>
      standing(a) - standing(b) ||
      a.member.limits.running - b.member.limits.running ||
      a.member.order - b.member.order,
  );
}

function admissionOf({ member }: Candidate, input: ChoiceInput): Admission {
  const excluded = input.excluded.get(member.name);
  if (excluded !== undefined) return { kind: 'never', why: excluded };
  const down = input.downUntil(member.name);
  if (down !== undefined && down.untilAt > input.nowMs) {
    return { kind: 'wait', untilAt: down.untilAt, why: down.why };
  }
  return member.limits.admit(input.nowMs, input.claimFor(member), input.callsFor(member));
}

function assign(
  offer: Offer,
  admission: Extract<Admission, { kind: 'run' }>,
  offers: readonly Offer[],
  { refusals }: ChoiceInput,
): Choice {
  const { member, because, rank } = offer.candidate;
  const first = offers.find(({ candidate }) => candidate.rank < rank);
  return {
    kind: 'assign',
    member,
    admission,
    because:
      first === undefined
        ? `${member.name} ${because}`
        : `${whyNot(first, refusals)}; ${member.name} ${because}`,
    considered: offers.map(consider),
    insteadOf: first?.candidate.member.name,
  };
}

function waitFor(offers: readonly Offer[]): Choice {
  const waits = offers.flatMap(({ candidate, admission }) =>
    admission.kind === 'wait' ? [{ name: candidate.member.name, ...admission }] : [],
  );
  if (waits.length === 0) {
    return { kind: 'never', because: offers.map(describe).join('; ') };
  }
  const known = waits.flatMap((wait) => (wait.untilAt === undefined ? [] : [wait.untilAt]));
  return {
    kind: 'wait',
    // A running call that ends wakes the dispatcher by itself; the earliest known moment is the other way on.
    untilAt: known.length === 0 ? undefined : Math.min(...known),
    because: waits.map((wait) => `${wait.name}: ${wait.why}`).join('; '),
  };
}

function consider(offer: Offer): ConsideredModel {
  const { admission } = offer;
  return {
    model: offer.candidate.member.name,
    admission: admission.kind,
    why: whyOf(admission),
    ...(admission.kind === 'wait' && admission.untilAt !== undefined
      ? { untilAt: admission.untilAt }
      : {}),
  };
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

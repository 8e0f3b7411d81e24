import type { Admission } from '../limit/claim.ts';
import type { ConsideredModel, WaitCause } from '../spec/task-events.ts';
import type { Candidate } from './candidates.ts';
import type { Choice } from './choice.ts';
import { type Expected, scoreOf, type Weights } from './score.ts';

/** A candidate as far as the choice tells of it. */
export interface Told {
  readonly candidate: Candidate;
  readonly admission: Admission;
  /** What outcomes say of it; `undefined` where they have no say. */
  readonly expected: Expected | undefined;
}

/** Offers that are told of; who reads why a model was chosen needs the best, and the record of a large team would be long. */
export const SHOWN = 16;

/** The best of all, and the chosen one. */
export function shownOf<One extends Told>(chosen: One, offers: readonly One[]): readonly One[] {
  if (offers.length <= SHOWN) return offers;
  const best = offers.slice(0, SHOWN);
  return best.includes(chosen) ? best : [...best, chosen];
}

/** What is waited for where nobody may run now, the best first. */
export function waitFor(offers: readonly Told[]): Choice {
  let because: string | undefined;
  let untilAt: number | undefined;
  let on: WaitCause | undefined;
  for (const { candidate, admission } of offers) {
    if (admission.kind !== 'wait') continue;
    const { name } = candidate.member;
    const words = `${name}: ${admission.why}`;
    if (because === undefined) on = admission.on && { ...admission.on, model: name };
    because = because === undefined ? words : `${because}; ${words}`;
    untilAt = sooner(untilAt, admission.untilAt);
  }
  if (because === undefined) {
    return { kind: 'never', because: offers.map(describe).join('; ') };
  }
  // A running call that ends wakes the dispatcher by itself; the earliest known moment is the other way on.
  return { kind: 'wait', untilAt, because, ...(on === undefined ? {} : { on }) };
}

function sooner(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** How a candidate stood, for the record. */
export function consider(
  { candidate, admission, expected }: Told,
  weights: Weights | undefined,
): ConsideredModel {
  const { name } = candidate.member;
  return {
    model: name,
    admission: admission.kind,
    why: whyOf(admission),
    ...(admission.kind === 'wait' && admission.untilAt !== undefined
      ? { untilAt: admission.untilAt }
      : {}),
    ...(expected === undefined || weights === undefined
      ? {}
      : {
          score: rounded(scoreOf(expected, weights)),
          quality: rounded(expected.quality),
          ...(expected.priceUsd === undefined ? {} : { price: expected.priceUsd }),
        }),
  };
}

/** As many places as the record has. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** Why an offer of a better rank was not taken. */
export function whyNot(offer: Told, refusals: ReadonlyMap<string, number>): string {
  const { name } = offer.candidate.member;
  const refused = refusals.get(name) ?? 0;
  return refused >= 2 ? `${name}: was refused ${refused} times` : describe(offer);
}

function describe({ candidate, admission }: Told): string {
  return `${candidate.member.name}: ${whyOf(admission)}`;
}

/** How it stood in words. */
export function whyOf(admission: Admission): string {
  return admission.kind === 'run' ? 'free' : admission.why;
}

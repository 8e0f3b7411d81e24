import { type AtOnce, nextPlaceAt, placesAt } from './at-once.ts';
import { type Admission, type Claim, claimed } from './claim.ts';
import { describeLimit } from './describe-limit.ts';
import type { Gauges } from './gauges.ts';
import { describeSpan, units, waitReason } from './limit-reasons.ts';
import { type LimitSet, weightOf } from './limit-set.ts';
import { METRIC_NAME } from './limit-words.ts';
import { capacityAt, fitAt, type Meter } from './meter.ts';
import type { ProviderLimits } from './provider-limits.ts';

/** Rounds in which limits may move each other's time; two are enough but where hours change capacities. */
const MAX_ROUNDS = 100;

/** What is to be admitted, by what. */
export interface AdmissionInput {
  readonly model: string;
  readonly sets: readonly LimitSet[];
  readonly provider: ProviderLimits;
  readonly gauges: Gauges;
  readonly claim: Claim;
  /** How many calls of the model at once it was learned to bear; Infinity where nothing was. */
  readonly atOnce: number;
  /** Room for as many calls is asked for. */
  readonly calls: number;
}

type Refusal = Exclude<Admission, { readonly kind: 'run' }>;

/** Why a call may not start at `now`, over all limits together; `undefined` when it may. Changes nothing. */
export function refusalOf(input: AdmissionInput, now: number): Refusal | undefined {
  const latest = latestOfAll(input, now);
  const untilAt = latest?.untilAt ?? now;
  if (latest !== undefined && untilAt === Number.POSITIVE_INFINITY) return never(latest, input);
  const blocked = input.provider.blocks(now, input.claim.estimate);
  if (blocked !== undefined && blocked.untilAt > untilAt) {
    // Where our own limit blocks too, it says more than the provider's count of what is left.
    if (latest !== undefined) return wait(latest, input, now, blocked.untilAt);
    const left = units(blocked.metric, blocked.remaining);
    const why = `the provider has ${left} left, resets in ${describeSpan(blocked.untilAt - now)}`;
    const on = { kind: 'limit', what: `${METRIC_NAME[blocked.metric]} of the provider` } as const;
    return { kind: 'wait', untilAt: blocked.untilAt, why, on };
  }
  if (latest !== undefined) return wait(latest, input, now, untilAt);
  return gaugeRefusal(input, now) ?? placeRefusal(input.sets, input, now);
}

interface Latest {
  readonly meter: Meter;
  readonly weight: number;
  readonly owner: string;
  readonly untilAt: number;
}

/** The limit that has room the latest, and when all have; `undefined` when they do at `now`. */
function latestOfAll(input: AdmissionInput, now: number): Latest | undefined {
  let latest: Latest | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = latest;
    for (const set of input.sets) latest = latestOf(set, input, latest?.untilAt ?? now) ?? latest;
    // What the clock can move is asked again at the new time.
    if (latest === before || latest?.untilAt === Number.POSITIVE_INFINITY) break;
  }
  return latest;
}

/** The limit of one owner that has room the latest, where that is after `at`. */
function latestOf(set: LimitSet, input: AdmissionInput, at: number): Latest | undefined {
  const weight = weightOf(set, input.model);
  let untilAt = at;
  let latest: Meter | undefined;
  for (const meter of set.meters) {
    const fitsAt = fitAt(meter, untilAt, askedFor(meter, input, weight, untilAt));
    if (fitsAt <= untilAt) continue;
    untilAt = fitsAt;
    latest = meter;
    if (untilAt === Number.POSITIVE_INFINITY) break;
  }
  return latest && { meter: latest, weight, owner: set.owner, untilAt };
}

function askedFor(
  meter: Meter,
  { claim, calls }: AdmissionInput,
  weight: number,
  at: number,
): number {
  if (meter.metric !== 'calls' || calls === 1) return claimed(meter, claim, weight);
  const one = claimed(meter, claim, weight);
  return Math.min(one * calls, Math.max(one, capacityAt(meter, at)));
}

function gaugeRefusal({ sets, gauges }: AdmissionInput, now: number): Refusal | undefined {
  for (const set of sets) {
    for (const meter of set.gauges) {
      const blocked = gauges.blocks(meter, now);
      const on = { kind: 'limit', what: meter.rule.gauge } as const;
      if (blocked !== undefined) return { kind: 'wait', ...blocked, on };
    }
  }
  return undefined;
}

/** Why no further call of a model may be under way at `now`, by the places of these limits alone; `undefined` when one may. Changes nothing. */
export function placeRefusal(
  sets: readonly LimitSet[],
  { model, atOnce: learned }: Pick<AdmissionInput, 'model' | 'atOnce'>,
  now: number,
): Refusal | undefined {
  for (const { atOnce, owner } of sets) {
    for (const places of atOnce) {
      const allowed = placesAt(places, now);
      const most = owner === model ? Math.min(allowed, learned) : allowed;
      if (places.running >= most) return fullRefusal(places, most, allowed, owner, model, now);
    }
  }
  return undefined;
}

function fullRefusal(
  places: AtOnce,
  most: number,
  allowed: number,
  owner: string,
  model: string,
  now: number,
): Refusal {
  const { running, said, profile } = places;
  if (said?.running === running && said.most === most && said.model === model) return said.refusal;
  const whose = ofOwner(owner, model);
  const isLearned = most < allowed;
  const why = `${whose}${running}/${most} calls at once${isLearned ? ' (learned)' : ''}, free when one ends`;
  const untilAt = isLearned ? undefined : nextPlaceAt(places, now);
  const on = { kind: 'limit', what: `${whose}calls at once` } as const;
  const refusal = { kind: 'wait', untilAt, why, on } as const;
  // Where hours change it, what is said hangs on the time.
  if (profile === undefined && !isLearned) places.said = { running, most, model, refusal };
  return refusal;
}

/** Whose limit it is, where it is not the model's own. */
function ofOwner(owner: string, model: string): string {
  return owner === model ? '' : `${owner}: `;
}

function wait(
  { meter, weight, owner }: Latest,
  { claim, model }: AdmissionInput,
  now: number,
  untilAt: number,
): Refusal {
  const { metric, window } = meter;
  const amount = claimed(meter, claim, weight);
  const capacity = capacityAt(meter, now);
  const waitMs = untilAt - now;
  const why = waitReason(metric, { used: window.used(now), capacity, amount, waitMs });
  const whose = ofOwner(owner, model);
  const on = { kind: 'limit', what: `${whose}${units(metric, capacity)}` } as const;
  return { kind: 'wait', untilAt, why: `${whose}${why}`, on };
}

function remedyFor({ metric, soft }: Meter): string {
  if (soft || metric === 'calls') return 'make the limit larger';
  const ofAnswers = metric !== 'input-tokens' && metric !== 'uncached-input-tokens';
  return `make the limit larger or soft${ofAnswers ? ', or answers shorter by maxOutputTokens' : ''}`;
}

function never({ meter, weight, owner }: Latest, { claim, model }: AdmissionInput): Refusal {
  const needed = units(meter.metric, claimed(meter, claim, weight));
  const may = meter.soft ? 'needs about' : 'may use';
  const whose = owner === model ? '' : ` of ${owner}`;
  return {
    kind: 'never',
    why: `the call ${may} ${needed}, more than ${describeLimit(meter.rule)}${whose} ever allows; ${remedyFor(meter)}`,
  };
}

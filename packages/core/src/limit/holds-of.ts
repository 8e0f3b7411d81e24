import type { Hold } from '../spec/call-amounts.ts';
import { type Claim, claimed } from './claim.ts';
import { type LimitSet, weightOf } from './limit-set.ts';
import type { Meter } from './meter.ts';

/** What each of these limits sets aside for a call of `model` that starts at `now`. Changes nothing. */
export function holdsOf(
  sets: readonly LimitSet[],
  model: string,
  claim: Claim,
  now: number,
): readonly Hold[] {
  const holds: Hold[] = [];
  for (const set of sets) {
    const weight = weightOf(set, model);
    for (const meter of set.meters) holds.push(holdOf(meter, claim, weight, now));
    for (const places of set.atOnce) holds.push(places.hold);
  }
  return holds;
}

function holdOf(meter: Meter, claim: Claim, weight: number, now: number): Hold {
  const { metric, limit, oneCall, session } = meter;
  const isOne = metric === 'calls' && weight === 1;
  const hold = isOne ? oneCall : { limit, amount: claimed(meter, claim, weight) };
  if (session === undefined) return hold;
  const openedAt = session.openedAt(now);
  return openedAt < now ? { ...hold, openedAt } : hold;
}

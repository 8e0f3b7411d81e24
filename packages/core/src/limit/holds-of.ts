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
  // As long as it will be: a list that grows is made larger than most calls need.
  const holds = new Array<Hold>(countOf(sets));
  let index = 0;
  for (const set of sets) {
    const weight = weightOf(set, model);
    for (const meter of set.meters) {
      holds[index] = holdOf(meter, claim, weight, now);
      index += 1;
    }
    for (const places of set.atOnce) {
      holds[index] = places.hold;
      index += 1;
    }
  }
  return holds;
}

function countOf(sets: readonly LimitSet[]): number {
  let count = 0;
  for (const { meters, atOnce } of sets) count += meters.length + atOnce.length;
  return count;
}

function holdOf(meter: Meter, claim: Claim, weight: number, now: number): Hold {
  const { metric, limit, oneCall, session } = meter;
  const isOne = metric === 'calls' && weight === 1;
  const hold = isOne ? oneCall : { limit, amount: claimed(meter, claim, weight) };
  if (session === undefined) return hold;
  const openedAt = session.openedAt(now);
  return openedAt < now ? { ...hold, openedAt } : hold;
}

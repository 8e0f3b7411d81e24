import type { Summary } from '../limit/summary.ts';
import type { Candidate } from '../route/candidates.ts';
import type { Member } from '../route/member.ts';
import type { CallOutlook } from './cost-projection.ts';
import type { Count } from './quantity.ts';

/** Before anything is known: the mean output of a call, and how far single ones and the mean itself are from it. */
const OUTPUT = { mean: 500, spread: 1, off: 0.9 } as const;
/** The same for the input of a call, as a share of what is counted before it. */
const INPUT = { mean: 1, spread: 0.3, off: 0.25 } as const;
/** However well outputs are known, how much of them comes back as input is a guess. */
const GROWTH_OFF = 0.6;
/** The same for the calls of an attempt that has tools. */
const TOOL_CALLS = { mean: 4, spread: 0.7, off: 0.5 } as const;
/** Attempts that are taken to have been seen of every kind: four of five are accepted, nearly all without a check. */
const CHECKED = { accepted: 4, refused: 1 } as const;
const UNCHECKED = { accepted: 19, refused: 0.5 } as const;
/** How likely it is that none of the best models is at hand and a lesser one takes the call. */
const LESSER = 0.1;

/** What a number is expected to be, by what was seen of it and what is taken for granted before. */
function learned(
  seen: Summary,
  prior: { readonly mean: number; readonly spread: number; readonly off: number },
): Count {
  if (seen.count === 0) {
    return { mean: prior.mean, variance: (prior.spread * prior.mean) ** 2, off: prior.off };
  }
  // Few values say little of how far they scatter, so that what is taken for granted still counts.
  const own = seen.mean === 0 ? 0 : seen.variance / seen.mean ** 2;
  const spread = Math.sqrt((own * seen.count + prior.spread ** 2 * 2) / (seen.count + 2));
  // Precisions add up: that of the mean of what was seen, and that of the prior.
  const ofSeen = seen.count / Math.max(spread, 0.05) ** 2;
  const ofPrior = 1 / prior.off ** 2;
  const mean = (seen.mean * ofSeen + prior.mean * ofPrior) / (ofSeen + ofPrior);
  return { mean, variance: (spread * mean) ** 2, off: 1 / Math.sqrt(ofSeen + ofPrior) };
}

/** The output of a call, never above what it may give. */
export function expectedOutput(seen: Summary, maximum: number): Count {
  const { mean, variance, off } = learned(seen, OUTPUT);
  return mean <= maximum ? { mean, variance, off } : { mean: maximum, variance: 0, off: 0.1 };
}

/**
 * The input of a call: `fixed` tokens that are known before, and those that outputs will add to it, by how such counts
 * came true.
 */
export function expectedInput(seen: Summary, fixed: number, grown: Count): Count {
  const share = learned(seen, INPUT);
  const mean = fixed + grown.mean;
  if (mean <= 0) return { mean: 0, variance: 0, off: 0 };
  const off = Math.hypot(mean * share.off, grown.mean * Math.hypot(grown.off, GROWTH_OFF));
  return {
    mean: mean * share.mean,
    // How much a conversation grows is as uncertain as what makes it grow.
    variance: grown.variance * share.mean ** 2,
    off: off / mean,
  };
}

/** The calls of one attempt. */
export function expectedCalls(seen: Summary, hasTools: boolean): Count {
  return hasTools ? learned(seen, TOOL_CALLS) : { mean: 1, variance: 0, off: 0 };
}

/** The attempts until one is accepted, at most `most`: a geometric distribution, cut off. */
export function expectedAttempts(
  seen: { readonly accepted: number; readonly refused: number },
  hasChecks: boolean,
  most: number,
): Count {
  const prior = hasChecks ? CHECKED : UNCHECKED;
  const accepted = prior.accepted + seen.accepted;
  const all = accepted + prior.refused + seen.refused;
  const accept = accepted / all;
  const refuse = 1 - accept;
  let mean = 0;
  let squares = 0;
  for (let tries = 1; tries <= most; tries++) {
    const chance = tries === most ? refuse ** (tries - 1) : refuse ** (tries - 1) * accept;
    mean += chance * tries;
    squares += chance * tries ** 2;
  }
  // The mean is about 1 / accept, whose error is that of a beta distribution's mean.
  const off = Math.sqrt((accept * refuse) / (all + 1)) / accept;
  return { mean, variance: squares - mean ** 2, off };
}

/** A call as each of its candidates would make it: mostly the best of them, sometimes one of the others. */
export function callOutlooks(
  candidates: readonly Candidate[],
  input: (member: Member) => Count,
  output: (member: Member) => Count,
): readonly CallOutlook[] {
  const best = candidates.filter(({ rank }) => rank === candidates[0]?.rank);
  const others = candidates.length - best.length;
  const share = others === 0 ? 1 : 1 - LESSER;
  return candidates.map(({ member, rank }) => ({
    model: member.name,
    weight: rank === candidates[0]?.rank ? share / best.length : LESSER / others,
    input: input(member),
    output: output(member),
    price: priceOf(member),
  }));
}

function priceOf({ price, model }: Member): CallOutlook['price'] {
  if (price !== undefined) {
    return { input: price.input, output: price.output, request: (price.request ?? 0) * 1e6 };
  }
  return model.info.local === true ? { input: 0, output: 0, request: 0 } : undefined;
}

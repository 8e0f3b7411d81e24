import { leftOutOfModelConformance, type ModelFeature } from '@overseer/core/testing';

/** The rules that a model is not held to, by what they need; `err-*` are told as one. */
export function leftOutBy(without: readonly ModelFeature[]): Readonly<Record<string, string>> {
  const rules = leftOutOfModelConformance(without).map(({ name, needs }) => {
    const refusal = /err-\d+/.test(name) ? 'M18: what a server refuses' : name;
    return [refusal, needs.join(', ')] as const;
  });
  return Object.fromEntries(rules);
}

const KEPT = 'worth another try, and what had arrived is kept';

/** Which rules an engine is not held to, each for want of what. */
export const LEFT_OUT_OF_ENGINES: Readonly<Record<string, string>> = {
  'M18: what a server refuses': 'network',
  [`M18: a stream that just ends is an error, ${KEPT}`]: 'network',
  [`M18: an error in mid-stream is one, ${KEPT}`]: 'network',
  [`M18: a lost connection is an error, ${KEPT}`]: 'network',
  [`M18: a piece that is no JSON is an error, ${KEPT}`]: 'network',
  'M9: a call that breaks where nobody listens any more rejects nothing unhandled': 'network',
  'M9: a call that brings a fetch is refused as `unsupported`, not sent past it': 'network',
  'M9: an answer of 10 MB comes whole': 'network',
  'M9: a reader who is slow holds the network back, and loses nothing': 'network',
  'M9: characters that the network cuts anywhere come whole': 'network',
  'M9: the network is reached through `ctx.fetch` where it is given, with the headers of the call':
    'network',
  'L2: rate-limit headers of an answer are read': 'rate, network',
  'M9: usage totals include what was read from and written to a cache': 'cache',
  'M9: counts of tokens are whole numbers, and no part is more than its total': 'cache',
  'M9: several tool calls at once come in order, each whole, with ids of their own, and their pieces add up':
    'parallel-tools',
};

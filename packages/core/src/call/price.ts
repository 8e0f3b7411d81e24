import type { Price, Usage } from '../spec/model.ts';

/**
 * What a call cost, in whole micro-dollars, rounded up: cached tokens at their own prices where these are known, the rest
 * of the input at the full one. `undefined` when a count that has a price was not reported.
 */
export function costMicroUsd(usage: Usage, price: Price): number | undefined {
  const { input, output } = usage;
  if (input.total === undefined && price.input > 0) return undefined;
  if (output.total === undefined && price.output > 0) return undefined;
  const cacheRead = input.cacheRead ?? 0;
  const cacheWrite = input.cacheWrite ?? 0;
  const fresh = Math.max(0, (input.total ?? 0) - cacheRead - cacheWrite);
  // US dollars per million tokens are micro-dollars per token.
  const exact =
    fresh * price.input +
    cacheRead * (price.cacheRead ?? price.input) +
    cacheWrite * (price.cacheWrite ?? price.input) +
    (output.total ?? 0) * price.output +
    (price.request ?? 0) * 1e6;
  return wholeMicroUsd(exact);
}

/** US dollars as whole micro-dollars, rounded up. */
export function microUsdOf(usd: number): number {
  return wholeMicroUsd(usd * 1e6);
}

/** 100 * 1.1 is 110.00000000000001: what binary fractions add must not cost a micro-dollar. */
function wholeMicroUsd(exact: number): number {
  return Math.ceil(exact * (1 - 1e-12));
}

/** The most that a token of input can cost: one that a provider keeps for later calls may cost more than one that it does not. */
export function dearestInput({ input, cacheRead = 0, cacheWrite = 0 }: Price): number {
  return Math.max(input, cacheRead, cacheWrite);
}

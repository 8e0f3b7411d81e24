import { defined } from '../internal/defined.ts';
import { isTooDeep } from '../internal/json-depth.ts';
import type { Usage } from '../spec/model.ts';

/** More than any model's window and answer together, by far: a count above it is a mistake, and not to be charged. */
const MOST_TOKENS = 1e9;

/**
 * A provider's own account with what cannot be left out, so that it counts as not reported: what is no whole number of
 * tokens from 0 to 1,000,000,000, and a price that is none. A total below its parts is raised to them. No request is of 0 tokens, nor an
 * answer in which something was said (`isEmpty` false): servers that do not count say so, and limits would never be reached. Pure.
 */
export function soundUsage(usage: Usage, isEmpty = false): Usage {
  const { input, output, usd, raw } = (usage ?? {}) as Partial<Usage>;
  const cacheRead = count(input?.cacheRead);
  const cacheWrite = count(input?.cacheWrite);
  const reasoning = count(output?.reasoning);
  const said = atLeast(count(output?.total), reasoning ?? 0);
  return {
    input: defined({
      total: some(atLeast(count(input?.total), (cacheRead ?? 0) + (cacheWrite ?? 0))),
      cacheRead,
      cacheWrite,
    }),
    output: defined({ total: isEmpty ? said : some(said), reasoning }),
    ...(usd !== undefined && Number.isFinite(usd) && usd >= 0 && { usd }),
    ...(raw !== undefined && !isTooDeep(raw) && { raw }),
  };
}

function count(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_TOKENS
    ? (value as number)
    : undefined;
}

function some(total: number | undefined): number | undefined {
  return total === 0 ? undefined : total;
}

function atLeast(total: number | undefined, parts: number): number | undefined {
  return total === undefined ? undefined : Math.max(total, parts);
}

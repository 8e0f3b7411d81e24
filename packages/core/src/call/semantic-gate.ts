import { contentTokens } from './content-tokens.ts';

/**
 * How near two texts must be, as the cosine of their vectors, before their words are compared. Nearness alone does not
 * do: a number, a negation or an antonym changes everything and moves a vector hardly at all.
 */
export const LEAST_COSINE = 0.95;

/** Whether two texts have the same content tokens in the same order. Pure. */
export function sayTheSame(a: string, b: string): boolean {
  const left = contentTokens(a);
  const right = contentTokens(b);
  return left.length === right.length && left.every((token, at) => token === right[at]);
}

/** −1 to 1; 0 where it is not defined: vectors of different lengths, of no length, or with numbers that are none. */
export function cosine(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return 0;
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? 0;
    dot += left * right;
    lengthA += left * left;
    lengthB += right * right;
  }
  const result = dot / Math.sqrt(lengthA * lengthB);
  return Number.isFinite(result) ? result : 0;
}

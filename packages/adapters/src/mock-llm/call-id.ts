import type { Answer } from './answer.ts';

/** The id of a tool call, with the provider's own prefix; `undefined` where the reply goes without ids. */
export function callIdOf(
  { n, ids, choice }: Answer,
  index: number,
  prefix: string,
): string | undefined {
  if (ids === 'none') return undefined;
  const place = choice === 0 ? `${n}` : `${n}_${choice}`;
  return `${prefix}_${place}_${ids === 'same' ? 0 : index}`;
}

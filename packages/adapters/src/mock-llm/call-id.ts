import type { Answer } from './answer.ts';

/** The id of a tool call, with the provider's own prefix; `undefined` where the reply goes without ids. */
export function callIdOf({ n, ids }: Answer, index: number, prefix: string): string | undefined {
  if (ids === 'none') return undefined;
  return `${prefix}_${n}_${ids === 'same' ? 0 : index}`;
}

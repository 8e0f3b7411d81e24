/** Under what the output and the duration of a model's calls for a kind of task are remembered. */
export function outputKey(model: string, kind: string): string {
  return `${model}${BETWEEN}${kind}`;
}

/** What parts the two words of such a key. */
export const BETWEEN = '/';

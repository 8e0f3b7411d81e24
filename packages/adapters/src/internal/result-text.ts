import type { ToolResultPart } from '@overseer/core/spec';

/** A tool's output as text, for a wire that has no mark for an error: the text says it. */
export function resultText({
  output,
  isError,
}: Pick<ToolResultPart, 'output' | 'isError'>): string {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return isError === true ? `Error: ${text}` : text;
}

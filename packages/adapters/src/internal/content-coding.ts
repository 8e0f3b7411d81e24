import type { HeaderReader, ModelError } from '@overseer/core/plugin';
import { malformed } from './malformed-answer.ts';

/** Asks for answers that are not compressed: what streams are made of hardly gets smaller, and would have to be unpacked piece by piece. */
export const UNCODED: Readonly<Record<string, string>> = { 'accept-encoding': 'identity' };

/** What is wrong with a good answer that is compressed all the same; of a refusal the status says enough. */
export function codingProblem(status: number, headers: HeaderReader): ModelError | undefined {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (status < 200 || status >= 300 || !/\b(x-)?(gzip|compress|deflate|br|zstd)\b/.test(coding))
    return undefined;
  return malformed(`it is compressed (${coding}), which was not asked for`);
}

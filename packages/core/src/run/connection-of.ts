import type { Silence } from '../limit/left-alone.ts';
import type { FoundStatus } from './model-status.ts';
import { isOutdated, type StatusInput } from './status-input.ts';

const LOADING = { state: 'connecting', code: 'loading', reason: 'it is being loaded' } as const;
const ANSWERED = { state: 'connected', code: undefined, reason: 'it answered last' } as const;
const FIRST = {
  state: 'connecting',
  code: 'first',
  reason: 'it is asked for the first time',
} as const;
const NOT_ASKED = {
  state: 'disconnected',
  code: 'not-asked',
  reason: 'nothing was asked of it yet',
} as const;

/** How a model is connected. Pure. */
export function connectionOf(input: StatusInput): FoundStatus['connection'] {
  const { heard, contact } = input;
  if (input.isLoading) return LOADING;
  const silence = latestOf(input);
  const answeredAt = latest(contact.answeredAt, heard.listedAt);
  if (answeredAt !== undefined && answeredAt > (silence?.at ?? Number.NEGATIVE_INFINITY)) {
    return heard.model?.state === 'busy' && !isOutdated(input) ? LOADING : ANSWERED;
  }
  const isAsked = heard.isAsked || isCalled(input, silence);
  if (silence === undefined) return isAsked ? FIRST : NOT_ASKED;
  const { why, code } = silence;
  return isAsked
    ? { state: 'connecting', code: 'again', reason: `it is asked again: ${why}` }
    : { state: 'disconnected', code, reason: why };
}

/** Of one that is left alone, calls that were under way before say nothing: one call tries it again. */
function isCalled({ silence, running }: StatusInput, latest: Silence | undefined): boolean {
  return silence === undefined || latest === undefined ? running > 0 : latest.isProbed;
}

/** The last time that it did not answer, wherever that was noticed. */
function latestOf({ silence, heard, contact }: StatusInput): Silence | undefined {
  const { failedAt, why = 'its server does not answer', code = 'network' } = heard;
  // Of one moment, what came of a call says more than what came of asking for a list.
  const isListed = failedAt !== undefined && failedAt > (contact.answeredAt ?? failedAt - 1);
  const listed = isListed ? { at: failedAt, why, code, isProbed: false } : undefined;
  let found = silence;
  for (const one of [listed, contact.silence]) {
    if (one !== undefined && one.at > (found?.at ?? Number.NEGATIVE_INFINITY)) found = one;
  }
  return found;
}

function latest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

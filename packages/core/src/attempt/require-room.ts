import { ESTIMATE_ERROR, estimateError } from '../call/estimate-error.ts';
import type { CountedRequest, TokenCounts } from '../call/token-counts.ts';
import { ModelError } from '../errors/model-error.ts';
import type { Member } from '../route/member.ts';

/** No text has more over its estimate than this, as a share of it. */
const MOST = Math.max(1, ...Object.values(ESTIMATE_ERROR));

/** Whether a request may be too long for its model, as far as its estimate can tell, and the model can count it. Pure. */
export function isNearWindow(
  { model: { info, countTokens } }: Member,
  request: CountedRequest,
  tokens: number,
): boolean {
  const { contextWindow, perCall } = info;
  if (contextWindow === undefined || countTokens === undefined || perCall !== undefined) {
    return false;
  }
  // Most requests are far from it, and need not be looked at.
  if (tokens * (1 + MOST) < contextWindow) return false;
  return tokens + estimateError(request, tokens) >= contextWindow;
}

/**
 * Counts a request and refuses one that leaves no room for an answer, as its provider would, before it is sent: some servers cut it in
 * silence. One that cannot be counted is let through. Throws `ModelError`, `context-overflow`, or where the signal aborts.
 */
export async function requireRoom(
  counts: Pick<TokenCounts, 'count'>,
  { name, model }: Member,
  request: CountedRequest,
  signal: AbortSignal,
): Promise<void> {
  const { tokens, within, source } = await counts.count(model, request, signal);
  const { contextWindow = Number.POSITIVE_INFINITY } = model.info;
  if (source === 'estimate' || tokens - within < contextWindow) return;
  const what = `${name}: the request has ${tokens} tokens, and there is room for no answer in a context window of ${contextWindow} tokens`;
  throw new ModelError('context-overflow', what);
}

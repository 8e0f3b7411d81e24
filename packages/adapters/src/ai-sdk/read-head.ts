import type { ModelEvent, ModelWarning, RateLimit } from '@overseer/core/spec';

/** What is known of an answer before it begins. */
export interface AnswerHead {
  /** Rate limits and the request's id, in the names that OpenAI gives them. */
  readonly headers: Record<string, string>;
  readonly warnings: readonly ModelWarning[];
  readonly identity: { readonly id?: string; readonly modelId?: string };
  /** What came first of the answer itself. */
  readonly first: readonly ModelEvent[];
}

/** Reads a stream up to its first event that is no `meta`: where the call is refused, this fails with it. */
export async function readHead(events: AsyncIterator<ModelEvent, undefined>): Promise<AnswerHead> {
  const headers: Record<string, string> = {};
  const warnings: ModelWarning[] = [];
  let identity: AnswerHead['identity'] = {};
  for (let step = await events.next(); step.done !== true; step = await events.next()) {
    const event = step.value;
    if (event.type !== 'meta') return { headers, warnings, identity, first: [event] };
    const { responseId, model, requestId, rate } = event;
    warnings.push(...(event.warnings ?? []));
    if (requestId !== undefined) headers['x-request-id'] = requestId;
    if (rate !== undefined) Object.assign(headers, rateHeaders(rate, Date.now()));
    identity = {
      ...identity,
      ...(responseId === undefined ? {} : { id: responseId }),
      ...(model === undefined ? {} : { modelId: model }),
    };
  }
  return { headers, warnings, identity, first: [] };
}

const BUCKETS: readonly (readonly [keyof RateLimit, string, string])[] = [
  ['requests', 'x-ratelimit', '-requests'],
  ['tokens', 'x-ratelimit', '-tokens'],
  ['inputTokens', 'anthropic-ratelimit-input-tokens', ''],
  ['outputTokens', 'anthropic-ratelimit-output-tokens', ''],
];

function rateHeaders(rate: RateLimit, now: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, before, after] of BUCKETS) {
    const { limit, remaining, resetAt } = rate[name] ?? {};
    if (limit !== undefined) headers[`${before}-limit${after}`] = String(limit);
    if (remaining !== undefined) headers[`${before}-remaining${after}`] = String(remaining);
    if (resetAt === undefined) continue;
    headers[`${before}-reset${after}`] =
      after === '' ? new Date(resetAt).toISOString() : `${Math.max(0, resetAt - now)}ms`;
  }
  return headers;
}
